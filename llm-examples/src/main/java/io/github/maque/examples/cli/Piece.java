package io.github.maque.examples.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The bytes of a token, shown so that nothing in them is invisible or moves the cursor: control
 * characters as in Java, parts of characters as bytes, spaces as {@code ␣}.
 */
final class Piece {
  private final byte[] bytes;

  Piece(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  /** Returns how many characters the bytes are, or -1 if they are not whole ones. */
  int characters() {
    try {
      String text = text();
      return text.codePointCount(0, text.length());
    } catch (CharacterCodingException e) {
      return -1;
    }
  }

  /** Returns whether there are characters, all of them Han. */
  boolean isHan() {
    try {
      String text = text();
      return !text.isEmpty()
          && text.codePoints()
              .allMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private String text() throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  @Override
  public String toString() {
    StringBuilder shown = new StringBuilder();
    try {
      text().codePoints().forEach(c -> show(c, shown));
    } catch (CharacterCodingException e) {
      for (byte b : bytes) {
        shown.append(String.format(Locale.ROOT, "<%02X>", b & 0xFF));
      }
    }
    return shown.toString();
  }

  private static void show(int c, StringBuilder out) {
    switch (c) {
      case ' ' -> out.append('␣');
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> {
        int type = Character.getType(c);
        boolean invisible =
            type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.UNASSIGNED
                || type == Character.SPACE_SEPARATOR
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
        if (invisible) {
          out.append(String.format(Locale.ROOT, "\\u{%X}", c));
        } else {
          out.appendCodePoint(c);
        }
      }
    }
  }
}
