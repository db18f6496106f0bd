package io.github.maque.data.clean;

/**
 * Characters that cannot be seen, as {@link CleaningSteps#removeControlCharacters} lists them. They
 * are told by their code points, so that every JDK removes the same; only what joiners and
 * variation selectors may stand behind is partly told by the JDK's tables.
 */
final class ControlCharacters {
  private static final int NONE = -1;

  private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
  private static final int ZERO_WIDTH_JOINER = 0x200D;
  private static final int FIRST_VARIATION_SELECTOR = 0xFE00;
  private static final int TEXT_PRESENTATION = 0xFE0E;
  private static final int EMOJI_PRESENTATION = 0xFE0F;
  private static final int KEYCAP = 0x20E3;

  private ControlCharacters() {}

  /** Returns {@code text} without them, the same object if there are none. */
  static String remove(String text) {
    int length = text.length();
    int i = skipOrdinary(text, 0);
    if (i == length) {
      return text;
    }
    StringBuilder out = new StringBuilder(length).append(text, 0, i);
    while (i < length) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      int before = out.length() == 0 ? NONE : out.codePointBefore(out.length());
      int kept = resolve(c, before, next < length ? text.codePointAt(next) : NONE);
      if (kept != NONE) {
        out.appendCodePoint(kept);
      }
      i = skipOrdinary(text, next);
      out.append(text, next, i);
    }
    return text.contentEquals(out) ? text : out.toString();
  }

  /** Returns where the first character stands, from {@code from} on, that must be looked at. */
  private static int skipOrdinary(String text, int from) {
    int i = from;
    while (i < text.length() && isOrdinary(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private static boolean isOrdinary(char c) {
    return c >= 0x2030
        ? c < Character.MIN_SURROGATE && (c < 0x2060 || c >= 0x2070) || c >= 0xFF00 && c < 0xFFF0
        : c >= 0x20 && (c < 0x7F || c >= 0xAE && c < 0x600 || c >= 0x2010 && c < 0x2028)
            || c == '\n'
            || c == '\t';
  }

  /**
   * Returns what becomes of a character, {@link #NONE} if nothing.
   *
   * @param before the last character that was kept
   * @param after the character that follows in the text
   */
  private static int resolve(int c, int before, int after) {
    return switch (c) {
      case '\r' -> after == '\n' ? NONE : '\n';
      case 0x0B, '\f', 0x85, 0x2028, 0x2029 -> '\n';
      case '\n', '\t' -> c;
      case ZERO_WIDTH_NON_JOINER -> isJoiningLetter(before) ? c : NONE;
      case ZERO_WIDTH_JOINER -> isJoiningLetter(before) || joinsEmoji(before, after) ? c : NONE;
      case TEXT_PRESENTATION, EMOJI_PRESENTATION ->
          isSymbol(before) || makesKeycap(before, after) ? c : NONE;
      default -> isInvisible(c) ? NONE : c;
    };
  }

  private static boolean joinsEmoji(int before, int after) {
    return (isSymbol(before) || before == EMOJI_PRESENTATION) && isSymbol(after);
  }

  private static boolean makesKeycap(int before, int after) {
    return after == KEYCAP && "0123456789#*".indexOf(before) >= 0;
  }

  private static boolean isInvisible(int c) {
    return c < 0x20
        || c >= 0x7F && c < 0xA0
        || c == 0xAD // soft hyphen
        || c == 0x61C // Arabic letter mark
        || c >= 0x200B && c <= 0x200F // zero-width space, marks of direction
        || c >= 0x202A && c <= 0x202E // embeddings and overrides of direction
        || c >= 0x2060 && c <= 0x206F // word joiner, invisible operators, isolates
        || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE // unpaired
        || c >= 0xE000 && c <= 0xF8FF // private use
        || c >= 0xFDD0 && c <= 0xFDEF // noncharacters
        || c >= FIRST_VARIATION_SELECTOR && c <= EMOJI_PRESENTATION
        || c == 0xFEFF // byte order mark
        || c >= 0xFFF9 && c <= 0xFFFC // interlinear annotation, object placeholder
        || (c & 0xFFFE) == 0xFFFE // noncharacters
        || c >= 0xE0000 && c <= 0xE0FFF // tags, variation selectors
        || c >= 0xF0000; // private use
  }

  /** Returns whether an emoji can begin with, or consist of, a character. */
  private static boolean isSymbol(int c) {
    if (c >= 0x3300) {
      return c >= 0x1F000 && c < 0x1FB00; // pictographs, those of future versions included
    }
    return c >= 0xA9
        && (Character.getType(c) == Character.OTHER_SYMBOL
            || Character.getType(c) == Character.MATH_SYMBOL);
  }

  /**
   * Letters and marks from Arabic to Myanmar and from Khmer to Mongolian; not Hangul in between.
   */
  private static boolean isJoiningLetter(int c) {
    return (c >= 0x600 && c < 0x10A0 || c >= 0x1780 && c < 0x18B0)
        && (Character.isLetter(c)
            || Character.getType(c) == Character.NON_SPACING_MARK
            || Character.getType(c) == Character.COMBINING_SPACING_MARK);
  }
}
