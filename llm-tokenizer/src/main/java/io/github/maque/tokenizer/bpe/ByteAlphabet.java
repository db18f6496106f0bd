package io.github.maque.tokenizer.bpe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The printable characters by which GPT-2 and Hugging Face write bytes in vocabulary files: bytes
 * that are printable Latin-1 characters stand for themselves, the other 68 for U+0100 and up, in
 * order.
 */
public final class ByteAlphabet {
  private static final char[] CHARACTER_OF_BYTE = new char[256];
  private static final int[] BYTE_OF_CHARACTER = new int[0x144];

  static {
    Arrays.fill(BYTE_OF_CHARACTER, -1);
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean printable = b > 0x20 && b < 0x7F || b > 0xA0 && b != 0xAD;
      char c = printable ? (char) b : next++;
      CHARACTER_OF_BYTE[b] = c;
      BYTE_OF_CHARACTER[c] = b;
    }
  }

  private ByteAlphabet() {}

  /** Returns the character that stands for the byte {@code value}. */
  public static char characterOf(int value) {
    return CHARACTER_OF_BYTE[value & 0xFF];
  }

  /** Returns the byte, 0 to 255, that {@code c} stands for, or -1 if it stands for none. */
  public static int byteOf(char c) {
    return c < BYTE_OF_CHARACTER.length ? BYTE_OF_CHARACTER[c] : -1;
  }

  /** Returns the characters that stand for {@code bytes}. */
  public static String write(byte[] bytes) {
    char[] characters = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      characters[i] = characterOf(bytes[i]);
    }
    return new String(characters);
  }

  /**
   * Returns the bytes that {@code text} stands for, or null if one of its characters is no byte.
   */
  public static byte @Nullable [] read(String text) {
    byte[] bytes = new byte[text.length()];
    for (int i = 0; i < bytes.length; i++) {
      int value = byteOf(text.charAt(i));
      if (value < 0) {
        return null;
      }
      bytes[i] = (byte) value;
    }
    return bytes;
  }
}
