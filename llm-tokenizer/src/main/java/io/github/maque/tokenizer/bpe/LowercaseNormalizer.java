package io.github.maque.tokenizer.bpe;

import java.util.List;

/**
 * Makes every character lower case, by itself and with the case pairs of Unicode 16.0 on any JDK:
 * Hugging Face's {@code Lowercase}.
 */
public final class LowercaseNormalizer extends Normalizer {
  static final LowercaseNormalizer INSTANCE = new LowercaseNormalizer();

  /** The one character whose lower case is two. */
  private static final char I_WITH_DOT = 'İ';

  private static final String I_AND_DOT = "i\u0307";

  /** Loaded when it is needed. */
  private static final class Mapping {
    static final char[] BMP = new char[0x10000];
    static final List<UnicodeData.CaseRange> RANGES = UnicodeData.lowerCase();

    static {
      for (int c = 0; c < BMP.length; c++) {
        BMP[c] = (char) c;
      }
      for (UnicodeData.CaseRange range : RANGES) {
        for (int c = range.first(); c <= range.last() && c < BMP.length; c += range.step()) {
          BMP[c] = (char) (c + range.distance());
        }
      }
    }

    static int ofSupplementary(int codePoint) {
      for (UnicodeData.CaseRange range : RANGES) {
        if (codePoint >= range.first() && codePoint <= range.last()) {
          boolean isPaired = (codePoint - range.first()) % range.step() == 0;
          return isPaired ? codePoint + range.distance() : codePoint;
        }
      }
      return codePoint;
    }
  }

  private LowercaseNormalizer() {}

  @Override
  void apply(TextBuffer text) {
    char[] chars = text.chars();
    int length = text.length();
    boolean grows = false;
    for (int i = 0; i < length; i++) {
      char c = chars[i];
      if (Surrogates.isPair(chars, i, length)) {
        int lower = Mapping.ofSupplementary(Character.toCodePoint(c, chars[i + 1]));
        chars[i] = Character.highSurrogate(lower);
        chars[++i] = Character.lowSurrogate(lower);
      } else {
        chars[i] = Mapping.BMP[c];
        grows |= c == I_WITH_DOT;
      }
    }
    if (grows) {
      spellOutDots(text);
    }
  }

  private static void spellOutDots(TextBuffer text) {
    char[] chars = text.chars();
    int kept = 0;
    text.beginRewrite();
    for (int i = 0; i < text.length(); i++) {
      if (chars[i] == I_WITH_DOT) {
        text.keep(kept, i);
        text.put(I_AND_DOT, i, i + 1);
        kept = i + 1;
      }
    }
    text.keep(kept, text.length());
    text.endRewrite();
  }

  @Override
  List<?> settings() {
    return List.of();
  }
}
