package io.github.maque.tokenizer.format;

/** Makes text from a file fit for an error message. */
final class Excerpt {
  private static final int MAX_CHARS = 60;

  private Excerpt() {}

  /** Returns {@code text} on one line, at most a line long, with control characters escaped. */
  static String of(String text) {
    StringBuilder excerpt = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (i == MAX_CHARS) {
        return excerpt.append('…').toString();
      }
      char c = text.charAt(i);
      if (Character.isISOControl(c)
          || Character.isSurrogate(c)
          || Character.isSpaceChar(c) && c != ' ') {
        excerpt.append(String.format("\\u%04x", (int) c));
      } else {
        excerpt.append(c);
      }
    }
    return excerpt.toString();
  }
}
