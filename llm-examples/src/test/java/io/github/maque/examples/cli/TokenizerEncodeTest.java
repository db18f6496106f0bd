package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.maque.examples.benchmark.SyntheticChinese;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerEncodeTest {
  @TempDir static Path shared;
  @TempDir Path directory;

  private static Path tokenizer;

  @BeforeAll
  static void learn() throws IOException {
    Path text = shared.resolve("text.txt");
    Files.write(text, new SyntheticChinese(5).documents(200_000));
    tokenizer = shared.resolve("tokenizer");
    Invocation.of("tokenizer", "train", "--input", text, "--vocab-size", 1500, "--out", tokenizer)
        .succeeds();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void givesTheSameBytesAgain(int threads) throws IOException {
    byte[] hostile = hostileBytes();
    assertThat(roundTrip(hostile, threads)).isEqualTo(hostile);
  }

  @Test
  void givesTheSameBytesAgainOfAnEmptyFile() throws IOException {
    assertThat(roundTrip(new byte[0], 2)).isEmpty();
    assertThat(Files.size(directory.resolve("ids.bin"))).isZero();
  }

  @Test
  void givesTheSameBytesAgainOfNothingButNuls() throws IOException {
    assertThat(roundTrip(new byte[100_000], 2)).isEqualTo(new byte[100_000]);
  }

  @Test
  void tellsItsFigures() throws IOException {
    Path input = write("从前有一只麻雀。".repeat(1000));
    JsonObject figures = encode(input, "--json").json();
    assertThat(figures.get("characters").getAsLong()).isEqualTo(8000);
    assertThat(figures.get("input_bytes").getAsLong()).isEqualTo(24_000);
    assertThat(figures.get("tokens").getAsLong()).isEqualTo(ids().length);
    assertThat(figures.get("mb_per_second").getAsDouble()).isPositive();
    assertThat(figures.has("peak_heap_bytes")).isTrue();
  }

  @Test
  void addsBosAndEosWhereAskedTo() throws IOException {
    Path input = write("一\r\n二\n\n三");
    encode(input).succeeds();
    int[] plain = ids();
    encode(input, "--eos").succeeds();
    assertThat(ids()).startsWith(plain).endsWith(0).hasSize(plain.length + 1);

    JsonObject figures = encode(input, "--eos", "--lines", "--json").json();
    assertThat(figures.get("documents").getAsInt()).isEqualTo(4);
    assertThat(ids()).containsSubsequence(0, 0, 0, 0);
    decode();
    assertThat(Files.readString(directory.resolve("back.txt")))
        .isEqualTo("一<|endoftext|>二<|endoftext|><|endoftext|>三<|endoftext|>");

    encode(input, "--bos").rejects("--bos", "no BOS token");
  }

  @Test
  void treatsSpecialTokensAsAsked() throws IOException {
    Path input = write("说<|im_end|>完");
    encode(input).succeeds();
    assertThat(ids()).doesNotContain(2);
    encode(input, "--special", "allow").succeeds();
    assertThat(ids()).contains(2);
    Files.delete(directory.resolve("ids.bin"));
    encode(input, "--special", "error").rejects("text.txt", "<|im_end|>");
    assertThat(directory.resolve("ids.bin")).doesNotExist();
  }

  @Test
  void leavesWhatWasThereWhenItFails() throws IOException {
    Path input = write("说<|im_end|>完");
    Path ids = Files.writeString(directory.resolve("ids.bin"), "old");
    encode(input, "--special", "error").rejects("<|im_end|>");
    assertThat(ids).hasContent("old");
    assertThat(TokenizerTrainTest.children(directory))
        .containsExactlyInAnyOrder("text.txt", "ids.bin");
  }

  @Test
  void saysWhatIsWrongWithItsFiles() throws IOException {
    Path input = write("麻雀");
    Path none = directory.resolve("none");
    encode(none).rejects("none", "no such file");
    encode(directory).rejects("is a directory");
    verb("encode", "--tokenizer", none, "--input", input, "--out", none).rejects("none");
    verb("encode", "--tokenizer", tokenizer, "--input", input, "--out", input)
        .rejects("is the input");
    verb("encode", "--tokenizer", tokenizer, "--input", input, "--out", none.resolve("a.bin"))
        .rejects("none", "no such file");
    Path broken = Files.writeString(directory.resolve("broken.json"), "{\"model\": ");
    verb("encode", "--tokenizer", broken, "--input", input, "--out", none).rejects("broken.json");
    encode(input, "--threads", "0").rejects("--threads", "0");
    assertThat(none).doesNotExist();
  }

  @Test
  void decodesNothingButIds() throws IOException {
    Path ids = directory.resolve("ids.bin");
    Files.write(ids, new byte[] {1, 0, 0, 0, 1, 0});
    decodeFails().rejects("ids.bin", "6 bytes", "multiple of 4");

    ByteBuffer bytes = ByteBuffer.allocate(400_000).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(300_000, 1500);
    Files.write(ids, bytes.array());
    decodeFails().rejects("ids.bin", "byte 300000", "1499", "got 1500");

    bytes.putInt(300_000, -1);
    Files.write(ids, bytes.array());
    decodeFails().rejects("byte 300000", "got -1");
    assertThat(directory.resolve("back.txt")).doesNotExist();
  }

  @Test
  void decodesWithoutSpecialTokensIfAskedTo() throws IOException {
    encode(write("麻雀"), "--eos").succeeds();
    verb(
            "decode",
            "--tokenizer",
            tokenizer,
            "--input",
            directory.resolve("ids.bin"),
            "--out",
            directory.resolve("back.txt"),
            "--skip-special")
        .succeeds();
    assertThat(directory.resolve("back.txt")).hasContent("麻雀");
  }

  private byte[] roundTrip(byte[] bytes, int threads) throws IOException {
    Files.write(directory.resolve("text.txt"), bytes);
    encode(directory.resolve("text.txt"), "--threads", String.valueOf(threads)).succeeds();
    decode();
    return Files.readAllBytes(directory.resolve("back.txt"));
  }

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("text.txt"), text);
  }

  private Invocation encode(Path input, String... options) {
    Object[] words = {
      "--tokenizer", tokenizer, "--input", input, "--out", directory.resolve("ids.bin")
    };
    Object[] all = new Object[words.length + options.length];
    System.arraycopy(words, 0, all, 0, words.length);
    System.arraycopy(options, 0, all, words.length, options.length);
    return verb("encode", all);
  }

  private void decode() {
    decodeFails().succeeds();
  }

  private Invocation decodeFails() {
    return verb(
        "decode",
        "--tokenizer",
        tokenizer,
        "--input",
        directory.resolve("ids.bin"),
        "--out",
        directory.resolve("back.txt"));
  }

  private static Invocation verb(String name, Object... options) {
    Object[] words = new Object[options.length + 2];
    words[0] = "tokenizer";
    words[1] = name;
    System.arraycopy(options, 0, words, 2, options.length);
    return Invocation.of(words);
  }

  private int[] ids() throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(directory.resolve("ids.bin")))
            .order(ByteOrder.LITTLE_ENDIAN);
    int[] ids = new int[bytes.remaining() / 4];
    bytes.asIntBuffer().get(ids);
    return ids;
  }

  /** Three megabytes, so that there are several parts, with everything that can be wrong. */
  private static byte[] hostileBytes() {
    Random random = new Random(7);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    SyntheticChinese prose = new SyntheticChinese(6);
    for (int i = 0; bytes.size() < 3_000_000; i++) {
      bytes.writeBytes(prose.document(i).getBytes(StandardCharsets.UTF_8));
      bytes.writeBytes(
          "\r\n\r\n <|endoftext|>\0\0é\u0301😀👨‍👩‍👧 don't 12345\n"
              .getBytes(StandardCharsets.UTF_8));
      byte[] noise = new byte[random.nextInt(50)];
      random.nextBytes(noise);
      bytes.writeBytes(noise);
    }
    return bytes.toByteArray();
  }
}
