package io.github.maque.tokenizer.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Fuzz targets for every reader. In the build each runs once on nothing and once on each file in
 * {@code src/test/resources/io/github/maque/tokenizer/format/FormatFuzzTestInputs/<target>}, which
 * is where to keep an input that found something.
 *
 * <p>To search for ten minutes (one target at a time):
 *
 * <pre>{@code
 * JAZZER_FUZZ=1 ./mvnw -pl llm-tokenizer test -Dtest='FormatFuzzTest#tokenizerJson' -Djazzer.max_duration=10m
 * }</pre>
 */
class FormatFuzzTest {
  private static final String TEXT = "The 小麻雀 sings 17 songs.\n";

  @FuzzTest(maxDuration = "60s")
  void tokenizerJson(byte[] content) throws IOException {
    try {
      use(TokenizerJson.read(new ByteArrayInputStream(content), "x", TokenizerConfig.DEFAULT));
    } catch (TokenizerFormatException e) {
      // as promised
    }
  }

  @FuzzTest(maxDuration = "60s")
  void tokenizerConfig(byte[] content) throws IOException {
    Path directory = Files.createTempDirectory("maque-fuzz");
    Path config = directory.resolve("tokenizer_config.json");
    try {
      Files.write(config, content);
      TokenizerConfig read = TokenizerConfig.read(directory);
      Files.writeString(config, TokenizerConfigWriter.config(read));
      if (!TokenizerConfig.read(directory).equals(read)) {
        throw new AssertionError("the configuration changed on its way through a file: " + read);
      }
    } catch (TokenizerFormatException e) {
      // as promised
    } finally {
      Files.deleteIfExists(config);
      Files.delete(directory);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void tiktoken(byte[] content) throws IOException {
    try {
      use(TiktokenFile.read(content, "x", TiktokenFiles.SMALL_ENCODING));
    } catch (TokenizerFormatException e) {
      // as promised
    }
  }

  @FuzzTest(maxDuration = "60s")
  void sentencePieceModel(byte[] content) throws IOException {
    try {
      SentencePieceModel model = SentencePieceModel.read(content, "x");
      SentencePieceModel again = SentencePieceModel.read(model.toBytes(), "x");
      if (!again.pieces().equals(model.pieces())) {
        throw new AssertionError("the pieces changed on their way through a file");
      }
      use(model.toTokenizer());
    } catch (TokenizerFormatException e) {
      // as promised
    }
  }

  private static void use(Tokenizer tokenizer) {
    tokenizer.decode(tokenizer.encode(TEXT));
    TokenizerFiles.fingerprint((BpeTokenizer) tokenizer);
  }
}
