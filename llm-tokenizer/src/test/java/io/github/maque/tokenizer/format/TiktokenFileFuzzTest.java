package io.github.maque.tokenizer.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import java.io.ByteArrayOutputStream;

/**
 * The fuzzer changes lines that follow the 256 single bytes, which it would never complete by
 * itself. How to fuzz for longer, {@link TokenizerJsonFuzzTest} says.
 */
class TiktokenFileFuzzTest {
  @FuzzTest
  void read(byte[] lines) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(TiktokenFiles.singleBytes());
    content.writeBytes(lines);
    try {
      BpeTokenizer tokenizer =
          TiktokenFile.read(content.toByteArray(), "x", TiktokenFiles.SMALL_ENCODING);
      tokenizer.decode(tokenizer.encode("The 小麻雀 sings 17 songs.\n"));
      TokenizerFiles.fingerprint(tokenizer);
    } catch (TokenizerFormatException e) {
      // as promised
    }
  }
}
