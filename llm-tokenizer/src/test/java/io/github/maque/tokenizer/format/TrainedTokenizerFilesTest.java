package io.github.maque.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.tokenizer.sentencepiece.SentencePieceTokenizer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What our trainer makes, in all formats that can hold it. */
class TrainedTokenizerFilesTest {
  private static final List<String> CORPUS = new RandomTexts(51).texts(3000);
  private static final List<String> TEXTS = new RandomTexts(52).texts(3000);

  @TempDir Path directory;

  @Test
  void byteLevelTokenizersWorkInHuggingFaceAndTiktoken() throws Exception {
    for (PreTokenPattern pattern : List.of(PreTokenPattern.CHINESE, PreTokenPattern.QWEN2)) {
      BpeTokenizer tokenizer =
          BpeTrainer.byteLevel()
              .vocabularySize(600)
              .preTokenizer(pattern)
              .specialTokens("<|endoftext|>", "<s>")
              .eos("<|endoftext|>")
              .train(TextSource.of(CORPUS))
              .tokenizer();
      TokenizerJsonTest.assertHuggingFaceAgrees(tokenizer, TEXTS);
      assertSavedAndLoaded(tokenizer);

      TiktokenEncoding encoding =
          new TiktokenEncoding("x", pattern, tokenizer.specialTokens().ids());
      TiktokenFile.write(tokenizer, directory.resolve("x.tiktoken"));
      BpeTokenizer tiktoken = TiktokenFile.read(directory.resolve("x.tiktoken"), encoding);
      for (String text : TEXTS) {
        assertThat(tiktoken.encode(text)).as(text).isEqualTo(tokenizer.encode(text));
      }
    }
  }

  @Test
  void characterLevelTokenizersWorkInHuggingFaceAndSentencePiece() throws Exception {
    BpeTokenizer tokenizer =
        BpeTrainer.characterLevel()
            .vocabularySize(700)
            .preTokenizer(PreTokenPattern.CHINESE)
            .pad("<pad>")
            .train(TextSource.of(CORPUS))
            .tokenizer();
    TokenizerJsonTest.assertHuggingFaceAgrees(tokenizer, TEXTS);
    assertSavedAndLoaded(tokenizer);

    Path file = directory.resolve("x.model");
    SentencePieceModel.of(tokenizer).write(file);
    try (SentencePieceTokenizer library = SentencePieceTokenizer.load(file)) {
      for (String text : TEXTS) {
        assertThat(library.encode(text)).as(text).isEqualTo(tokenizer.encode(text));
      }
      assertThat(library.specialTokens().pad()).isEqualTo(tokenizer.specialTokens().pad());
    }
  }

  @Test
  void aNormaliserOfTheUsersOwnIsForHuggingFaceOnly() throws Exception {
    BpeTokenizer tokenizer =
        BpeTrainer.byteLevel()
            .vocabularySize(400)
            .normalizer(Normalizer.nfkc())
            .train(TextSource.of(CORPUS))
            .tokenizer();

    TokenizerJsonTest.assertHuggingFaceAgrees(tokenizer, TEXTS);
  }

  private void assertSavedAndLoaded(BpeTokenizer tokenizer) throws Exception {
    TokenizerFiles.save(tokenizer, directory, TokenizerConfig.DEFAULT);
    BpeTokenizer loaded = (BpeTokenizer) TokenizerFiles.load(directory);

    assertThat(TokenizerFiles.fingerprint(loaded)).isEqualTo(TokenizerFiles.fingerprint(tokenizer));
    assertThat(loaded.specialTokens()).isEqualTo(tokenizer.specialTokens());
    for (String text : TEXTS) {
      assertThat(loaded.encode(text)).as(text).isEqualTo(tokenizer.encode(text));
      assertThat(loaded.decode(loaded.encode(text)))
          .isEqualTo(tokenizer.decode(loaded.encode(text)));
    }
  }
}
