package io.github.maque.tokenizer.bpe;

/** Finds halves of surrogate pairs that stand alone. */
final class Surrogates {
  private Surrogates() {}

  /** Returns where the first unpaired surrogate of {@code text[from, to)} is, or -1. */
  static int firstUnpaired(char[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (Character.isSurrogate(text[i])) {
        if (!isPair(text, i, to)) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  /** Puts U+FFFD in the place of every unpaired surrogate of {@code text[from, to)}. */
  static void replaceUnpaired(char[] text, int from, int to) {
    for (int i = firstUnpaired(text, from, to); i >= 0; i = firstUnpaired(text, i + 1, to)) {
      text[i] = (char) Utf8.REPLACEMENT;
    }
  }

  /** Returns whether the two halves of a character stand at {@code at}. */
  static boolean isPair(char[] text, int at, int to) {
    return Character.isHighSurrogate(text[at])
        && at + 1 < to
        && Character.isLowSurrogate(text[at + 1]);
  }
}
