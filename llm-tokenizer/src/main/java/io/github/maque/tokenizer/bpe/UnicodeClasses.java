package io.github.maque.tokenizer.bpe;

import java.util.Arrays;
import java.util.BitSet;

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

  private static final int MAX_RUNS = 4096;

  /** Where the runs of supplementary characters of one class start, ascending. */
  private static final int[] RUN_STARTS;

  private static final byte[] RUN_CLASSES;

  static {
    byte[] classes = UnicodeData.categories();
    for (int c = 0; c < classes.length; c++) {
      classes[c] = classOf((char) classes[c]);
    }
    BitSet han = UnicodeData.set("han");
    for (int c = han.nextSetBit(0); c >= 0; c = han.nextSetBit(c + 1)) {
      classes[c] = (byte) (classes[c] & ~WORD | HAN);
    }
    BitSet space = UnicodeData.set("white space");
    for (int c = space.nextSetBit(0); c >= 0; c = space.nextSetBit(c + 1)) {
      classes[c] = SPACE;
    }
    Arrays.fill(classes, Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1, (byte) SURROGATE);
    System.arraycopy(classes, 0, BMP, 0, BMP.length);

    int runs = 0;
    int[] starts = new int[MAX_RUNS];
    for (int c = BMP.length; c < classes.length; c++) {
      if (c == BMP.length || classes[c] != classes[c - 1]) {
        starts[runs++] = c;
      }
    }
    RUN_STARTS = Arrays.copyOf(starts, runs);
    RUN_CLASSES = new byte[runs];
    for (int i = 0; i < runs; i++) {
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

  /** Returns the class of a code point. */
  static int of(int codePoint) {
    return codePoint >= BMP.length ? ofSupplementary(codePoint) : Math.max(0, BMP[codePoint]);
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
