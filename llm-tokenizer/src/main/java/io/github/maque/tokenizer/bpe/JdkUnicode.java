package io.github.maque.tokenizer.bpe;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes {@code java.util.regex} see Unicode 16 on a JDK of another version: where the JDK's
 * category of a character is not that of {@link UnicodeData}, as for characters newer than the JDK,
 * it is shown another character of the right category instead. Only an expression that names either
 * of the two literally or in a range can tell.
 */
final class JdkUnicode {
  /** Characters are added to the planes below only. */
  private static final int END = 0x40000;

  private static final BitSet DIFFERENT = new BitSet();

  /** A character to show, by category, script and the number of chars; see {@link #key}. */
  private static final Map<Integer, Integer> STAND_INS = new HashMap<>();

  private static final byte[] CATEGORIES = UnicodeData.categories();

  static {
    for (int c = 0; c < END; c++) {
      boolean endsRun = CATEGORIES[c + 1] != CATEGORIES[c];
      if (categoryInJdk(c) != CATEGORIES[c]) {
        DIFFERENT.set(c);
      } else if (endsRun && c >= 0x80) {
        STAND_INS.put(key(c), c); // in the end the last one, far from what expressions name
      }
    }
  }

  private JdkUnicode() {}

  private static int key(int codePoint) {
    int han = UnicodeClasses.of(codePoint) & UnicodeClasses.HAN;
    return CATEGORIES[codePoint] << 8 | han << 1 | Character.charCount(codePoint);
  }

  /** The category's letter in {@link UnicodeData}. */
  static char categoryInJdk(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER -> 'u';
      case Character.LOWERCASE_LETTER -> 'l';
      case Character.TITLECASE_LETTER -> 't';
      case Character.MODIFIER_LETTER -> 'm';
      case Character.OTHER_LETTER -> 'o';
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          'M';
      case Character.DECIMAL_DIGIT_NUMBER -> 'd';
      case Character.LETTER_NUMBER -> 'n';
      case Character.OTHER_NUMBER -> 'r';
      case Character.CONNECTOR_PUNCTUATION -> 'c';
      case Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          'P';
      case Character.MATH_SYMBOL,
          Character.CURRENCY_SYMBOL,
          Character.MODIFIER_SYMBOL,
          Character.OTHER_SYMBOL ->
          'S';
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          'Z';
      case Character.UNASSIGNED -> 'x';
      default -> 'C';
    };
  }

  /** Returns whether a character of {@code text[from, to)} has to be shown as another. */
  static boolean differsIn(char[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text[i];
      if (c >= 0x80 && (DIFFERENT.get(c) || isDifferentPair(text, i, to))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isDifferentPair(char[] text, int at, int to) {
    return Surrogates.isPair(text, at, to)
        && DIFFERENT.get(Character.toCodePoint(text[at], text[at + 1]));
  }

  /**
   * Puts other characters of the right categories in the place of those that the JDK knows wrong.
   */
  static void replaceDifferent(char[] text, int from, int to) {
    for (int i = from; i < to; ) {
      int codePoint = Character.codePointAt(text, i, to);
      if (DIFFERENT.get(codePoint)) {
        Character.toChars(STAND_INS.getOrDefault(key(codePoint), codePoint), text, i);
      }
      i += Character.charCount(codePoint);
    }
  }
}
