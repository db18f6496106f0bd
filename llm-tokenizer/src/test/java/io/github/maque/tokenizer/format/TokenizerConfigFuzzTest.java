package io.github.maque.tokenizer.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How to fuzz for longer, {@link TokenizerJsonFuzzTest} says. */
class TokenizerConfigFuzzTest {
  @FuzzTest
  void read(byte[] content) throws IOException {
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
}
