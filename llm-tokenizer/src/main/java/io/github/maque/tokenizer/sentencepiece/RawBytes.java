package io.github.maque.tokenizer.sentencepiece;

import io.github.maque.tokenizer.format.SentencePieceModel.Piece;
import java.util.List;

/**
 * UTF-8 with bytes in it that belong to no character. The library cannot be given those, so each is
 * replaced by a character that no piece contains. Being unknown, that character separates what
 * stands on its sides just as the byte would, and comes back as byte pieces which can be told from
 * others.
 */
final class RawBytes {
  private static final int LAST_PRIVATE_USE = 0x10FFFD;
  private static final int FIRST_PRIVATE_USE = 0x100000;

  private final byte[] utf8;
  private final int from;
  private final int to;
  private final byte[] values;
  private int count;

  RawBytes(byte[] utf8, int from, int to) {
    this.utf8 = utf8;
    this.from = from;
    this.to = to;
    int invalid = 0;
    for (int i = from; i < to; ) {
      int length = Utf8Scanner.validLength(utf8, i, to);
      invalid += length == 0 ? 1 : 0;
      i += Math.max(length, 1);
    }
    values = new byte[invalid];
    for (int i = from; i < to; ) {
      int length = Utf8Scanner.validLength(utf8, i, to);
      if (length == 0) {
        values[count++] = utf8[i];
      }
      i += Math.max(length, 1);
    }
  }

  /** How many bytes belong to no character. */
  int count() {
    return count;
  }

  /** The byte number {@code index} of those. */
  int value(int index) {
    return values[index] & 0xFF;
  }

  /** Returns the text with {@code standIn} for every such byte. */
  String textWith(int standIn) {
    StringBuilder text = new StringBuilder(to - from);
    for (int i = from; i < to; ) {
      int length = Utf8Scanner.validLength(utf8, i, to);
      text.appendCodePoint(length == 0 ? standIn : Utf8Scanner.codePoint(utf8, i, length));
      i += Math.max(length, 1);
    }
    return text.toString();
  }

  /** Returns a character that stands neither in this text nor in any piece. */
  int unusedCharacter(List<Piece> pieces) {
    String text = textWith(0xFFFD);
    for (int candidate = LAST_PRIVATE_USE; candidate >= FIRST_PRIVATE_USE; candidate--) {
      String character = Character.toString(candidate);
      if (!text.contains(character)
          && pieces.stream().noneMatch(piece -> piece.text().contains(character))) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("the text contains every private-use character");
  }
}
