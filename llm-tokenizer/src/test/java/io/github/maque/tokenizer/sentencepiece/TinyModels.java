package io.github.maque.tokenizer.sentencepiece;

import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.TokenizerFormatException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Models of a few pieces, written by hand (field numbers of sentencepiece_model.proto). */
final class TinyModels {
  private TinyModels() {}

  /** A BPE model with these user-defined pieces. */
  static SentencePieceModel withUserDefined(List<String> pieces) throws TokenizerFormatException {
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    piece(model, "<unk>", 2);
    piece(model, "a", 1);
    for (String piece : pieces) {
      piece(model, piece, 4);
    }
    field(model, 2, new byte[] {3 << 3, 2});
    field(model, 3, new byte[] {3 << 3, 0, 4 << 3, 0});
    return SentencePieceModel.read(model.toByteArray(), "tiny");
  }

  /** A unigram model with a few letters and these rules. */
  static SentencePieceModel withRules(byte[] charsMap) throws TokenizerFormatException {
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    piece(model, "<unk>", 2);
    for (char c = 'a'; c <= 'z'; c++) {
      piece(model, String.valueOf(c), 1);
    }
    ByteArrayOutputStream rules = new ByteArrayOutputStream();
    field(rules, 2, charsMap);
    field(model, 3, rules.toByteArray());
    return SentencePieceModel.read(model.toByteArray(), "tiny");
  }

  private static void piece(ByteArrayOutputStream model, String text, int type) {
    ByteArrayOutputStream piece = new ByteArrayOutputStream();
    field(piece, 1, text.getBytes(StandardCharsets.UTF_8));
    piece.writeBytes(new byte[] {3 << 3, (byte) type});
    field(model, 1, piece.toByteArray());
  }

  private static void field(ByteArrayOutputStream out, int number, byte[] content) {
    out.write(number << 3 | 2);
    int length = content.length;
    while (length > 0x7F) {
      out.write(length & 0x7F | 0x80);
      length >>>= 7;
    }
    out.write(length);
    out.writeBytes(content);
  }
}
