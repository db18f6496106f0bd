package io.github.maque.data.clean;

/** Unicode's White_Space. */
final class WhiteSpace {
  private WhiteSpace() {}

  /** Returns {@code text} with every run of it shortened, the same object if all are short. */
  static String collapse(String text) {
    StringBuilder out = null;
    int copied = 0;
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (isWhiteSpace(text.charAt(i))) {
        int end = i + 1;
        while (end < length && isWhiteSpace(text.charAt(end))) {
          end++;
        }
        String shortened = i == 0 || end == length ? "" : shortened(text, i, end);
        if (shortened.length() != end - i || !text.startsWith(shortened, i)) {
          out = out == null ? new StringBuilder(length) : out;
          out.append(text, copied, i).append(shortened);
          copied = end;
        }
        i = end;
      }
    }
    return out == null ? text : out.append(text, copied, length).toString();
  }

  private static String shortened(String text, int from, int to) {
    int lineEnds = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      boolean isInCrLf = c == '\r' && text.charAt(i + 1) == '\n'; // a run does not end the text
      lineEnds += isLineEnd(c) && !isInCrLf ? 1 : 0;
    }
    return lineEnds == 0 ? " " : lineEnds == 1 ? "\n" : "\n\n";
  }

  private static boolean isLineEnd(char c) {
    return c >= '\n' && c <= '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029';
  }

  private static boolean isWhiteSpace(char c) {
    if (c < '\u0085') {
      return c == ' ' || c >= '\t' && c <= '\r';
    }
    if (c > '\u3000') {
      return false;
    }
    return switch (c) {
      case '\u0085', '\u00A0', '\u1680', '\u2028', '\u2029', '\u202F', '\u205F', '\u3000' -> true;
      default -> c >= '\u2000' && c <= '\u200A';
    };
  }
}
