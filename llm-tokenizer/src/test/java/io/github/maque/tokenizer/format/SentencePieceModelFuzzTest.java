package io.github.maque.tokenizer.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.sentencepiece.SentencePieceTokenizer;
import java.util.Arrays;

/**
 * A model that passes our checks is given to the native library; a process that ends is a check
 * that is missing. How to fuzz for longer, {@link TokenizerJsonFuzzTest} says.
 */
class SentencePieceModelFuzzTest {
  private static final String TEXT = " The 小麻雀 sings\u200B ﬁve  songs 😀 <s>\n";

  @FuzzTest
  void read(byte[] content) throws TokenizerFormatException {
    SentencePieceModel model;
    try {
      model = SentencePieceModel.read(content, "x");
    } catch (TokenizerFormatException e) {
      return; // as promised
    }
    if (!SentencePieceModel.read(model.toBytes(), "x").pieces().equals(model.pieces())) {
      throw new AssertionError("the pieces changed on their way through a file");
    }
    int[] ids = {};
    try (SentencePieceTokenizer tokenizer = SentencePieceTokenizer.of(model)) {
      ids = tokenizer.encode(TEXT);
      tokenizer.decode(ids);
      tokenizer.encodeWithOffsets(TEXT, EncodeOptions.WITH_SPECIAL_TOKENS);
    } catch (TokenizerFormatException e) {
      return; // as promised
    }
    try {
      BpeTokenizer tokenizer = model.toTokenizer();
      if (!Arrays.equals(tokenizer.encode(TEXT), ids)) {
        throw new AssertionError("other ids than SentencePiece's");
      }
    } catch (TokenizerFormatException e) {
      // as promised
    }
  }
}
