package io.github.maque.tokenizer.bpe;

/** What merging starts from: how a word is spelled in the smallest pieces. */
interface InitialSymbols {
  /** Returns how many symbols there are; they are numbered from 0. */
  int size();

  /**
   * Spells {@code text[from, to)}.
   *
   * @param out receives the symbols, {@link SymbolArray#SEPARATOR} for what cannot be spelled;
   *     holds at least three times as many as there are characters
   * @return how many symbols there are
   */
  int spell(char[] text, int from, int to, int[] out);

  /** The 256 bytes, each its own symbol. */
  final class Bytes implements InitialSymbols {
    private final int[] symbolOfByte;

    /**
     * Creates the spelling.
     *
     * @param symbolOfByte the symbol of every byte
     */
    Bytes(int[] symbolOfByte) {
      this.symbolOfByte = symbolOfByte;
    }

    @Override
    public int size() {
      return 256;
    }

    @Override
    public int spell(char[] text, int from, int to, int[] out) {
      byte[] utf8 = new byte[4];
      int count = 0;
      for (int i = from; i < to; i++) {
        int codePoint = text[i];
        if (Character.isHighSurrogate(text[i]) && i + 1 < to) {
          codePoint = Character.toCodePoint(text[i], text[++i]);
        }
        int length = Utf8.encode(codePoint, utf8, 0);
        for (int b = 0; b < length; b++) {
          out[count++] = symbolOfByte[utf8[b] & 0xFF];
        }
      }
      return count;
    }
  }
}
