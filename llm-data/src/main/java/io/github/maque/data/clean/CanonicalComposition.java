package io.github.maque.data.clean;

import io.github.maque.tokenizer.bpe.Normalizer;

/** Unicode's NFC, for texts that are nearly always in it. */
final class CanonicalComposition {
  // The tokenizer's and not java.text.Normalizer, whose tables change with the JDK, and which takes
  // minutes for a letter with a million accents.
  private static final Normalizer NFC = Normalizer.nfc();

  private CanonicalComposition() {}

  /** Returns {@code text} in NFC, the same object if it is that. */
  static String compose(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isSettled(text.charAt(i))) {
        String composed = NFC.normalize(text);
        return composed.equals(text) ? text : composed;
      }
    }
    return text;
  }

  /**
   * Returns whether NFC leaves a character alone unless one that is not settled follows: so it is
   * with Latin letters, punctuation, kana, Han, and the full-width forms.
   */
  private static boolean isSettled(char c) {
    return c >= 0x309B && c < 0xA000
        || c < 0x300
        || c >= 0xFF00 && c < 0xFFF0
        || c >= 0x3000 && c < 0x302A
        || c >= 0x3030 && c < 0x3099
        || c >= 0x2002 && c < 0x20D0;
  }
}
