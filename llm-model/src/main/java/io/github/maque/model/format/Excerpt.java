package io.github.maque.model.format;

/** Makes text from a file fit for an error message. */
final class Excerpt {
  private static final int MAX_CHARS = 100;

  private Excerpt() {}

  /** Returns {@code text} on one line, of bounded length, with control characters escaped. */
  static String of(String text) {
    StringBuilder excerpt = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (i == MAX_CHARS) {
        return excerpt.append('…').toString();
      }
      char c = text.charAt(i);
      if (Character.isISOControl(c) || Character.isSurrogate(c)) {
        excerpt.append(String.format("\\u%04x", (int) c));
      } else {
        excerpt.append(c);
      }
    }
    return excerpt.toString();
  }
}
