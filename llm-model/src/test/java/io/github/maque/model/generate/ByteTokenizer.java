package io.github.maque.model.generate;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Tokenizers whose first 256 ids are the bytes, then some pieces, then special tokens. */
final class ByteTokenizer {
  private static final List<String> SPECIALS = List.of("<s>", "</s>", "<|im_start|>", "<|im_end|>");

  private ByteTokenizer() {}

  /** Encodes every byte as itself; {@code pieces} are there to be decoded, from id 256 on. */
  static Tokenizer of(String... pieces) {
    return build(false, pieces);
  }

  /** Drops a space at the start of what it decodes, as Llama's tokenizer does. */
  static Tokenizer stripping(String... pieces) {
    return build(true, pieces);
  }

  static int special(Tokenizer tokenizer, String text) {
    return tokenizer.specialTokens().ids().get(text);
  }

  private static Tokenizer build(boolean strips, String... pieces) {
    BpeVocabulary.Builder vocabulary = BpeVocabulary.byteLevel();
    for (int id = 0; id < 256; id++) {
      vocabulary.piece(id, new byte[] {(byte) id});
    }
    int id = 256;
    for (String piece : pieces) {
      vocabulary.decodeOnlyPiece(id++, piece.getBytes(StandardCharsets.UTF_8));
    }
    List<AddedToken> added = new ArrayList<>();
    int bos = id;
    for (String special : SPECIALS) {
      added.add(AddedToken.special(id++, special));
    }
    return BpeTokenizer.builder(vocabulary.build())
        .addedTokens(added)
        .bos(bos)
        .eos(bos + 1)
        .stripsLeadingSpace(strips)
        .build();
  }
}
