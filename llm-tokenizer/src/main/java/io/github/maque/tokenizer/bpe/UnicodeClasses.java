package io.github.maque.tokenizer.bpe;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * The classes of characters that pre-tokenization tells apart, of Unicode 16.0 on any JDK (see
 * {@link UnicodeData}).
 *
 * <p>A class is a set of the bits below. What has no bit is punctuation, symbol, control, format,
 * private or unassigned: anything {@code [^\s\p{L}\p{N}]} but marks. A mark is what has {@link
 * #UPPER} and {@link #LOWER} but not {@link #LETTER}.
 */
final class UnicodeClasses {
  /** {@code \p{L}}. */
  static final int LETTER = 1;

  /** {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]}. */
  static final int UPPER = 2;

  /** {@code [\p{Ll}\p{Lm}\p{Lo}\p{M}]}. */
  static final int LOWER = 4;

  /** {@code \p{N}}. */
  static final int NUMBER = 8;

  /** {@code \p{Han}}: not letters alone, but also the number 〇, radicals and a few marks. */
  static final int HAN = 16;

  /** {@code [\p{L}\p{M}&&\P{Han}]}. */
  static final int WORD = 32;

  /** {@code \s}. No supplementary character is white space. */
  static final int SPACE = 64;

  /**
   * Half of a surrogate pair, as a char; the class is then negative and says nothing else. Code
   * points do not have it.
   */
  static final int SURROGATE = Byte.MIN_VALUE;

  /** Class by char. */
  private static final byte[] BMP = new byte[0x10000];

  /** Where the runs of supplementary characters of one class start, ascending. */
  private static final int[] RUN_STARTS;

  private static final byte[] RUN_CLASSES;

  static {
    byte[] classes = new byte[Character.MAX_CODE_POINT + 1];
    UnicodeData.categories(
        (first, last, category) -> Arrays.fill(classes, first, last + 1, classOf(category)));
    BitSet han = UnicodeData.set("han");
    han.stream().forEach(c -> classes[c] = (byte) (classes[c] & ~WORD | HAN));
    UnicodeData.set("white space").stream().forEach(c -> classes[c] = SPACE);
    Arrays.fill(classes, Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1, (byte) SURROGATE);
    System.arraycopy(classes, 0, BMP, 0, BMP.length);

    RUN_STARTS =
        IntStream.range(BMP.length, classes.length)
            .filter(c -> c == BMP.length || classes[c] != classes[c - 1])
            .toArray();
    RUN_CLASSES = new byte[RUN_STARTS.length];
    for (int i = 0; i < RUN_CLASSES.length; i++) {
      RUN_CLASSES[i] = classes[RUN_STARTS[i]];
    }
  }

  private UnicodeClasses() {}

  private static byte classOf(char category) {
    return switch (category) {
      case 'u', 't' -> LETTER | UPPER | WORD;
      case 'l' -> LETTER | LOWER | WORD;
      case 'm', 'o' -> LETTER | UPPER | LOWER | WORD;
      case 'M' -> UPPER | LOWER | WORD;
      case 'd', 'n', 'r' -> NUMBER;
      default -> 0;
    };
  }

  /** Returns the class of a char; it is negative for half of a surrogate pair. */
  static int of(char c) {
    return BMP[c];
  }

  /** Returns the class of the code point that starts at {@code at}; a lone surrogate has no bit. */
  static int at(char[] text, int at, int to) {
    int found = BMP[text[at]];
    return found >= 0 ? found : ofSurrogate(text, at, to);
  }

  private static int ofSurrogate(char[] text, int at, int to) {
    return Surrogates.isPair(text, at, to)
        ? ofSupplementary(Character.toCodePoint(text[at], text[at + 1]))
        : 0;
  }

  /** Returns where the code point that starts at {@code at} ends. */
  static int next(char[] text, int at, int to) {
    return at + (Surrogates.isPair(text, at, to) ? 2 : 1);
  }

  private static int ofSupplementary(int codePoint) {
    int found = Arrays.binarySearch(RUN_STARTS, codePoint);
    return RUN_CLASSES[found >= 0 ? found : -found - 2];
  }
}
