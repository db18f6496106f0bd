package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataVerifyTest {
  private static final List<String> STORIES = DataFixture.stories(50);

  @TempDir static Path shared;
  @TempDir Path data;

  private static Path tokenizer;
  private static Path sound;

  @BeforeAll
  static void prepare() throws IOException {
    tokenizer = DataFixture.tokenizer(shared);
    Path input = Files.writeString(shared.resolve("stories.txt"), String.join("\n", STORIES));
    sound = shared.resolve("data");
    DataFixture.prepare(input, tokenizer, sound, "--clean", "none", "--shard-tokens", 1500);
  }

  @BeforeEach
  void copy() throws IOException {
    for (String file : TokenizerTrainTest.children(sound)) {
      Files.copy(sound.resolve(file), data.resolve(file));
    }
  }

  @Test
  void findsNothingWrongWithSoundData() {
    JsonObject figures = verify("--tokenizer", tokenizer, "--json").json();
    assertThat(figures.get("sound").getAsBoolean()).isTrue();
    assertThat(figures.getAsJsonArray("problems")).isEmpty();
    assertThat(figures.get("documents").getAsInt()).isEqualTo(50);
    assertThat(figures.get("shards").getAsInt()).isGreaterThan(1);
    assertThat(verify().succeeds().out()).startsWith("ok").contains("tokens");
  }

  @Test
  void printsEveryProblemOnALineOfItsOwn() throws IOException {
    Path bin = data.resolve("train-00000.bin");
    byte[] bytes = Files.readAllBytes(bin);
    bytes[100] ^= 1;
    Files.write(bin, bytes);
    Path idx = data.resolve("train-00001.idx");
    Files.write(idx, Arrays.copyOf(Files.readAllBytes(idx), 50));

    Invocation run = verify();
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines())
        .anyMatch(line -> line.contains("train-00000.bin: has the SHA-256"))
        .anyMatch(line -> line.contains("train-00001.idx"))
        .noneMatch(line -> line.equals("ok"));

    Invocation json = verify("--json");
    assertThat(json.exitCode()).isEqualTo(2);
    JsonObject figures = JsonParser.parseString(json.out()).getAsJsonObject();
    assertThat(figures.get("sound").getAsBoolean()).isFalse();
    assertThat(figures.getAsJsonArray("problems").toString()).contains("train-00000.bin");
  }

  @Test
  void noticesAMissingFile() throws IOException {
    Files.delete(data.resolve("train-00000.bin"));
    Invocation run = verify();
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).contains("train-00000.bin: is missing");
  }

  @Test
  void noticesAnotherTokenizer() throws IOException {
    Path text = Files.writeString(data.resolve("text"), String.join("\n", STORIES));
    Path other = data.resolve("other");
    Invocation.of("tokenizer", "train", "--input", text, "--vocab-size", 400, "--out", other)
        .succeeds();
    Invocation run = verify("--tokenizer", other);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out().lines().findFirst().orElseThrow())
        .contains("other: is not the tokenizer that made", "fingerprint");
  }

  @Test
  void needsAManifest() throws IOException {
    Path manifest = data.resolve("manifest.json");
    Files.writeString(manifest, "{\"version\": 1");
    verify().rejects("manifest.json");
    Files.delete(manifest);
    verify().rejects("manifest.json", "preparation was interrupted");
    Invocation.of("data", "verify", "--data", data.resolve("none")).rejects("none");
    verify("--tokenizer", data.resolve("none")).rejects("none");
  }

  private Invocation verify(Object... options) {
    Object[] words = new Object[options.length + 4];
    words[0] = "data";
    words[1] = "verify";
    words[2] = "--data";
    words[3] = data;
    System.arraycopy(options, 0, words, 4, options.length);
    return Invocation.of(words);
  }
}
