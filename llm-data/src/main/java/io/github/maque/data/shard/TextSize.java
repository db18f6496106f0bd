package io.github.maque.data.shard;

/**
 * How long a text is.
 *
 * @param characters in Unicode characters
 * @param utf8Bytes in bytes of UTF-8, an unpaired surrogate counting as U+FFFD
 */
record TextSize(int characters, int utf8Bytes) {

  static TextSize of(String text) {
    int pairs = 0;
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      if (Character.isLowSurrogate(c) && i > 0 && Character.isHighSurrogate(text.charAt(i - 1))) {
        pairs++;
      }
    }
    // Four bytes for a pair, which was counted as two characters of three.
    return new TextSize(text.length() - pairs, bytes - 2 * pairs);
  }
}
