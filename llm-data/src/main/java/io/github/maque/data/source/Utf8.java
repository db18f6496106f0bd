package io.github.maque.data.source;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Strict UTF-8 (RFC 3629). Decoders put U+FFFD in the place of what they cannot read, and JSON
 * parsers let overlong forms and surrogates pass; a text that was damaged like that should not be
 * learnt from.
 */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /**
   * Decodes text.
   *
   * @throws IllegalArgumentException if it is not UTF-8, or holds a zero byte, as no text does
   */
  static String decode(byte[] data, int from, int to) {
    String text = new String(data, from, to - from, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) { // there, or put there
      check(data, from, to);
    }
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("holds a zero byte, so that it is not text");
    }
    return text;
  }

  /**
   * Checks {@code data[from, to)}.
   *
   * @throws IllegalArgumentException if it is not UTF-8
   */
  static void check(byte[] data, int from, int to) {
    int i = from;
    while (true) {
      while (i <= to - Long.BYTES && ((long) LONGS.get(data, i) & HIGH_BITS) == 0) {
        i += Long.BYTES;
      }
      while (i < to && data[i] >= 0) {
        i++;
      }
      if (i == to) {
        return;
      }
      do {
        if (isCommonThreeBytes(data, i, to)) {
          i += 3;
          continue;
        }
        int length = sequenceLength(data, i, to);
        if (length == 0) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT, "is not UTF-8: byte %d of it, 0x%02X", i - from + 1, data[i]));
        }
        i += length;
      } while (i < to && data[i] < 0);
    }
  }

  /**
   * Returns whether three bytes are one of U+1000 to U+CFFF: nearly all Chinese, and no surrogates.
   */
  private static boolean isCommonThreeBytes(byte[] data, int at, int to) {
    return to - at >= 3
        && data[at] >= (byte) 0xE1
        && data[at] <= (byte) 0xEC
        && (data[at + 1] & 0xC0) == 0x80
        && (data[at + 2] & 0xC0) == 0x80;
  }

  /** Returns how many bytes the character at {@code at}, not an ASCII one, has; 0 if it is none. */
  private static int sequenceLength(byte[] data, int at, int to) {
    int first = data[at] & 0xFF;
    int length = first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF8 ? 4 : 0;
    if (length == 0 || length > to - at) {
      return 0;
    }
    int codePoint = first & 0x7F >> length;
    for (int i = 1; i < length; i++) {
      byte next = data[at + i];
      if (next >= (byte) 0xC0) {
        return 0;
      }
      codePoint = codePoint << 6 | next & 0x3F;
    }
    boolean valid =
        switch (length) {
          case 2 -> codePoint >= 0x80;
          case 3 -> codePoint >= 0x800 && (codePoint < 0xD800 || codePoint > 0xDFFF);
          default -> codePoint >= 0x10000 && codePoint <= 0x10FFFF;
        };
    return valid ? length : 0;
  }
}
