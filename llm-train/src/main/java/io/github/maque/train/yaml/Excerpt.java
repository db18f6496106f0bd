package io.github.maque.train.yaml;

/** Makes foreign text fit for an error message. */
final class Excerpt {
  private static final int MAX_CHARS = 60;

  private Excerpt() {}

  /** Returns {@code text} on one line, of bounded length, with control characters escaped. */
  static String of(String text) {
    return of(text, MAX_CHARS);
  }

  /** Returns the same of at most {@code most} characters. */
  static String of(String text, int most) {
    StringBuilder excerpt = new StringBuilder();
    int end = text.offsetByCodePoints(0, Math.min(most, text.codePointCount(0, text.length())));
    text.substring(0, end).codePoints().forEach(c -> append(excerpt, c));
    return end < text.length() ? excerpt.append('…').toString() : excerpt.toString();
  }

  private static void append(StringBuilder excerpt, int codePoint) {
    switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          excerpt.append(String.format("\\u%04x", codePoint));
      default -> excerpt.appendCodePoint(codePoint);
    }
  }
}
