package io.github.maque.data.clean;

/** The full-width forms of ASCII letters and digits, and the space as wide as they are. */
final class FullWidth {
  private static final int DISTANCE_TO_ASCII = 'Ａ' - 'A';

  private FullWidth() {}

  /** Returns {@code text} with these characters as ASCII, the same object if there are none. */
  static String narrow(String text) {
    int first = 0;
    while (first < text.length() && !isWide(text.charAt(first))) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    char[] chars = text.toCharArray();
    for (int i = first; i < chars.length; i++) {
      char c = chars[i];
      if (isWide(c)) {
        chars[i] = c == '\u3000' ? ' ' : (char) (c - DISTANCE_TO_ASCII);
      }
    }
    return new String(chars);
  }

  private static boolean isWide(char c) {
    return c == '\u3000' || c >= '０' && (c <= '９' || c >= 'Ａ' && c <= 'Ｚ' || c >= 'ａ' && c <= 'ｚ');
  }
}
