package io.github.maque.data.clean;

/**
 * What counts of a text when texts are compared: its letters, marks and numbers, in lower case, and
 * with full-width ASCII made narrow. Hashes of it are written to files: a change needs another
 * {@link DuplicateSurvey#VERSION}.
 */
final class TextFolding {
  private static final int LETTERS_MARKS_NUMBERS =
      1 << Character.UPPERCASE_LETTER
          | 1 << Character.LOWERCASE_LETTER
          | 1 << Character.TITLECASE_LETTER
          | 1 << Character.MODIFIER_LETTER
          | 1 << Character.OTHER_LETTER
          | 1 << Character.NON_SPACING_MARK
          | 1 << Character.ENCLOSING_MARK
          | 1 << Character.COMBINING_SPACING_MARK
          | 1 << Character.DECIMAL_DIGIT_NUMBER
          | 1 << Character.LETTER_NUMBER
          | 1 << Character.OTHER_NUMBER;

  private TextFolding() {}

  /**
   * Puts what counts of {@code text} into {@code characters}, as code points, and returns how many.
   *
   * @param characters has room for as many as the text has UTF-16 units
   */
  static int fold(String text, int[] characters) {
    int count = 0;
    for (int i = 0; i < text.length(); i++) {
      int c = text.charAt(i);
      if (c < 0x4e00 || c > 0x9fff) { // all but the common Han characters
        if (Character.isHighSurrogate((char) c)) {
          c = text.codePointAt(i);
          i += Character.charCount(c) - 1;
        } else if (c >= 0xff01 && c <= 0xff5e) {
          c -= 0xff01 - '!';
        }
        if ((LETTERS_MARKS_NUMBERS >>> Character.getType(c) & 1) == 0) {
          continue;
        }
        c = Character.toLowerCase(c);
      }
      characters[count++] = c;
    }
    return count;
  }
}
