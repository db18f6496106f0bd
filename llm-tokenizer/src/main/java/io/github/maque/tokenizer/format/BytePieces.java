package io.github.maque.tokenizer.format;

import java.util.Locale;

/** The names {@code <0x00>} to {@code <0xFF>} that byte-fallback pieces go by. */
final class BytePieces {
  private BytePieces() {}

  /** Returns the name of a byte's piece. */
  static String name(int value) {
    return String.format(Locale.ROOT, "<0x%02X>", value & 0xFF);
  }

  /** Returns the byte that a piece of this name stands for, or -1. */
  static int value(String name) {
    if (name.length() != 6 || !name.startsWith("<0x") || name.charAt(5) != '>') {
      return -1;
    }
    int high = digit(name.charAt(3));
    int low = digit(name.charAt(4));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  /** Upper-case digits only: {@code <0x0a>} is ordinary text. */
  private static int digit(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  }
}
