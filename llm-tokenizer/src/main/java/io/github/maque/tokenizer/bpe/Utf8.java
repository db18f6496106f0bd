package io.github.maque.tokenizer.bpe;

/** UTF-8 of single code points (RFC 3629). */
final class Utf8 {
  /** What stands for text that is no character. */
  static final int REPLACEMENT = 0xFFFD;

  private Utf8() {}

  /**
   * Writes {@code codePoint} to {@code out} from {@code at} on and returns how many bytes it takes.
   * A surrogate is written as U+FFFD.
   */
  static int encode(int codePoint, byte[] out, int at) {
    if (codePoint < 0x80) {
      out[at] = (byte) codePoint;
      return 1;
    }
    if (codePoint < 0x800) {
      out[at] = (byte) (0xC0 | codePoint >>> 6);
      out[at + 1] = (byte) (0x80 | codePoint & 63);
      return 2;
    }
    if (codePoint < 0x10000) {
      int scalar = codePoint >= 0xD800 && codePoint < 0xE000 ? REPLACEMENT : codePoint;
      out[at] = (byte) (0xE0 | scalar >>> 12);
      out[at + 1] = (byte) (0x80 | scalar >>> 6 & 63);
      out[at + 2] = (byte) (0x80 | scalar & 63);
      return 3;
    }
    out[at] = (byte) (0xF0 | codePoint >>> 18);
    out[at + 1] = (byte) (0x80 | codePoint >>> 12 & 63);
    out[at + 2] = (byte) (0x80 | codePoint >>> 6 & 63);
    out[at + 3] = (byte) (0x80 | codePoint & 63);
    return 4;
  }
}
