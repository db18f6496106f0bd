package io.github.maque.tokenizer.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files cut short and files with bytes changed: whatever is left of them, reading ends soon, and
 * either with a {@link TokenizerFormatException} or with a tokenizer that works.
 */
class HostileFilesTest {
  private static final int CUTS = 250;
  private static final int CHANGES = 800;

  interface Reader {
    Tokenizer read(byte[] content) throws IOException;
  }

  static Stream<Arguments> files() {
    Reader model = content -> SentencePieceModel.read(content, "x").toTokenizer();
    Reader json =
        content ->
            TokenizerJson.read(new ByteArrayInputStream(content), "x", TokenizerConfig.DEFAULT);
    Reader tiktoken = content -> TiktokenFile.read(content, "x", TiktokenFiles.SMALL_ENCODING);
    return Stream.of(
        Arguments.of("bpe-prefix.model", Fixtures.bytes("sentencepiece/bpe-prefix.model"), model),
        Arguments.of("bpe-trims.model", Fixtures.bytes("sentencepiece/bpe-trims.model"), model),
        Arguments.of("gpt2.json", Fixtures.bytes("huggingface/gpt2.json"), json),
        Arguments.of("llama2.json", Fixtures.bytes("huggingface/llama2.json"), json),
        Arguments.of("words.json", Fixtures.bytes("huggingface/words.json"), json),
        Arguments.of("small.tiktoken", TiktokenFiles.small(), tiktoken));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void filesThatAreCutShortAreRefused(String name, byte[] content, Reader reader) {
    int step = Math.max(1, content.length / CUTS);
    inTime(
        () -> {
          for (int length = 0; length < content.length - 1; length += step) {
            check(name + " cut to " + length, Arrays.copyOf(content, length), reader);
          }
        });
    if (name.endsWith(".json")) {
      // Only the closing brackets are missing.
      assertThat(isRefused(Arrays.copyOf(content, content.length - 2), reader)).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void filesWithChangedBytesAreRefusedOrWork(String name, byte[] content, Reader reader) {
    SplittableRandom random = new SplittableRandom(name.hashCode());
    inTime(
        () -> {
          for (int i = 0; i < CHANGES; i++) {
            byte[] changed = content.clone();
            for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
              int at = random.nextInt(changed.length);
              changed[at] =
                  random.nextBoolean()
                      ? (byte) (changed[at] ^ 1 << random.nextInt(8))
                      : (byte) random.nextInt(256);
            }
            check(name + " change " + i, changed, reader);
          }
        });
  }

  private static void check(String what, byte[] content, Reader reader) {
    try {
      Tokenizer tokenizer = reader.read(content);
      // Whatever was made of it keeps its promises.
      int[] ids = tokenizer.encode("The 小麻雀 sings 17 songs.\n");
      assertThat(tokenizer.decode(ids)).isNotNull();
      for (int id : ids) {
        assertThat(id).isBetween(0, tokenizer.vocabularySize() - 1);
      }
      TokenizerFiles.fingerprint((BpeTokenizer) tokenizer);
    } catch (TokenizerFormatException e) {
      assertThat(e).hasMessageStartingWith("x: ");
      assertThat(e.getMessage().length()).as(e.getMessage()).isLessThan(600);
      assertThat(e.getMessage()).doesNotContain("\n");
    } catch (IOException | RuntimeException | Error e) {
      fail(what, e);
    }
  }

  private static boolean isRefused(byte[] content, Reader reader) {
    try {
      reader.read(content);
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static void inTime(Runnable action) {
    Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), action::run);
  }
}
