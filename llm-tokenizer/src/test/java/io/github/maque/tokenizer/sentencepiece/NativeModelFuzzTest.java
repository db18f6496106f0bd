package io.github.maque.tokenizer.sentencepiece;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.TokenizerFormatException;

/**
 * Models that pass our checks are given to the native library; a process that ends is a check that
 * is missing. To search, see {@code FormatFuzzTest}.
 */
class NativeModelFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void model(byte[] content) throws TokenizerFormatException {
    SentencePieceModel model;
    try {
      model = SentencePieceModel.read(content, "x");
    } catch (TokenizerFormatException e) {
      return;
    }
    try (SentencePieceTokenizer tokenizer = SentencePieceTokenizer.of(model)) {
      tokenizer.decode(tokenizer.encode(" The 小麻雀 sings\u200B 😀 <s>\n"));
      tokenizer.encodeWithOffsets("ﬁve  songs ", EncodeOptions.WITH_SPECIAL_TOKENS);
    } catch (TokenizerFormatException e) {
      // as promised
    } catch (IllegalStateException e) {
      if (!e.getMessage().startsWith("SentencePiece refuses the model")) {
        throw e;
      }
    }
  }
}
