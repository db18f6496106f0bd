package io.github.maque.tokenizer.bpe;

/** An array of symbols, of 16 bits each where the vocabulary allows it. */
abstract sealed class SymbolArray {
  /** Stands between words; no symbol. */
  static final int SEPARATOR = -2;

  /** A place inside a token, where no token begins. */
  static final int INSIDE = -1;

  abstract int get(int index);

  abstract void set(int index, int symbol);

  /** Returns an array of {@code length} separators for symbols below {@code vocabularySize}. */
  static SymbolArray create(int length, int vocabularySize) {
    return bytesPerSymbol(vocabularySize) == 2 ? new Chars(length) : new Ints(length);
  }

  /** Returns how many bytes a symbol takes, for symbols below {@code vocabularySize}. */
  static int bytesPerSymbol(int vocabularySize) {
    return vocabularySize <= 0xFFFE ? 2 : 4;
  }

  private static final class Chars extends SymbolArray {
    private final char[] symbols;

    Chars(int length) {
      symbols = new char[length];
    }

    @Override
    int get(int index) {
      return symbols[index] - 2;
    }

    @Override
    void set(int index, int symbol) {
      symbols[index] = (char) (symbol + 2);
    }
  }

  private static final class Ints extends SymbolArray {
    private final int[] symbols;

    Ints(int length) {
      symbols = new int[length];
    }

    @Override
    int get(int index) {
      return symbols[index] - 2;
    }

    @Override
    void set(int index, int symbol) {
      symbols[index] = symbol + 2;
    }
  }
}
