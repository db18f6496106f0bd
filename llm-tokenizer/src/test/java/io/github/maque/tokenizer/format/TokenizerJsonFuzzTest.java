package io.github.maque.tokenizer.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * Fuzzed for a few seconds in the build. For ten minutes:
 *
 * <pre>{@code
 * ./mvnw -pl llm-tokenizer test -Dtest=TokenizerJsonFuzzTest -Dfuzz.seconds=600 -Dfuzz.seed=0
 * }</pre>
 *
 * <p>It begins with the files in {@code src/test/resources}, in the directory {@code
 * TokenizerJsonFuzzTestInputs} of this package; what has broken a reader once belongs there.
 */
class TokenizerJsonFuzzTest {
  @FuzzTest
  void read(byte[] content) throws IOException {
    try {
      BpeTokenizer tokenizer =
          TokenizerJson.read(new ByteArrayInputStream(content), "x", TokenizerConfig.DEFAULT);
      tokenizer.decode(tokenizer.encode("The 小麻雀 sings 17 songs.\n"));
      TokenizerFiles.fingerprint(tokenizer);
    } catch (TokenizerFormatException e) {
      // as promised
    }
  }
}
