package io.github.maque.tokenizer.sentencepiece;

/** Finds the characters of UTF-8 that may be damaged (RFC 3629). */
final class Utf8Scanner {
  private Utf8Scanner() {}

  /** Returns the length of the valid character at {@code at}, or 0 if there is none. */
  static int validLength(byte[] text, int at, int to) {
    int lead = text[at] & 0xFF;
    if (lead < 0x80) {
      return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
      return 0;
    }
    int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (to - at < length) {
      return 0;
    }
    int second = text[at + 1] & 0xFF;
    // The second byte excludes longer spellings of shorter characters, surrogates, and the beyond.
    int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((text[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }

  /** Returns the code point of the valid character of this length. */
  static int codePoint(byte[] text, int at, int length) {
    return switch (length) {
      case 1 -> text[at];
      case 2 -> (text[at] & 0x1F) << 6 | (text[at + 1] & 0x3F);
      case 3 -> (text[at] & 0x0F) << 12 | (text[at + 1] & 0x3F) << 6 | (text[at + 2] & 0x3F);
      default ->
          (text[at] & 0x07) << 18
              | (text[at + 1] & 0x3F) << 12
              | (text[at + 2] & 0x3F) << 6
              | (text[at + 3] & 0x3F);
    };
  }
}
