package io.github.maque.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is damaged on disk is never taken, and the one before it is. */
class CheckpointDamageTest {
  private static final List<String> FILES =
      List.of(
          "DONE",
          "config.json",
          "config.yaml",
          "model.safetensors",
          "tokenizer/merges.txt",
          "trainer.json",
          "training.safetensors");

  @TempDir private static Path saved;
  private final SplittableRandom random = new SplittableRandom(1);
  @TempDir private Path directory;
  private CheckpointStore store;
  private Path newest;

  @BeforeAll
  static void save() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(saved, new Retention(2, 0, 0))) {
      store.save(Checkpoints.of(1));
      store.await();
      store.save(Checkpoints.of(2));
      store.await();
    }
  }

  @BeforeEach
  void open() throws IOException {
    for (String step : Checkpoints.entries(saved)) {
      Checkpoints.copy(saved.resolve(step), directory.resolve(step));
    }
    store = CheckpointStore.open(directory, new Retention(2, 0, 0));
    newest = directory.resolve("step-00000002");
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private interface Damage {
    void to(Path file, byte[] bytes) throws IOException;
  }

  private void eachFileAfter(Damage damage) throws IOException {
    for (String name : FILES) {
      Path file = newest.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      damage.to(file, bytes);
      assertRefused(name);
      Files.deleteIfExists(file);
      Files.write(file, bytes);
    }
    assertThat(Checkpoints.stepIn(newest)).isEqualTo(2);
  }

  private void assertRefused(String name) throws IOException {
    assertThatThrownBy(() -> Checkpoint.open(newest))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(name);
    List<String> whyNot = new ArrayList<>();
    assertThat(store.newestIntact(whyNot::add).orElseThrow().state().step()).isEqualTo(1);
    assertThat(whyNot).singleElement().asString().contains(newest.toString(), name);
    assertThat(newest).doesNotExist();
    try (Stream<Path> entries = Files.list(directory)) {
      Path aside =
          entries
              .filter(entry -> entry.getFileName().toString().startsWith("damaged-step-00000002-"))
              .findFirst()
              .orElseThrow();
      Files.move(aside, newest);
    }
  }

  @Test
  void aFileCutShortIsFound() throws IOException {
    eachFileAfter((file, bytes) -> Files.write(file, Arrays.copyOf(bytes, bytes.length - 1)));
    eachFileAfter((file, bytes) -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2)));
  }

  @Test
  void anEmptyFileIsFound() throws IOException {
    eachFileAfter((file, bytes) -> Files.write(file, new byte[0]));
  }

  @Test
  void aLongerFileIsFound() throws IOException {
    eachFileAfter((file, bytes) -> Files.write(file, Arrays.copyOf(bytes, bytes.length + 1)));
  }

  @Test
  void aMissingFileIsFound() throws IOException {
    eachFileAfter((file, bytes) -> Files.delete(file));
  }

  @Test
  void aSingleBitIsFound() throws IOException {
    for (int i = 0; i < 10; i++) {
      eachFileAfter(
          (file, bytes) -> {
            byte[] flipped = bytes.clone();
            flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, flipped);
          });
    }
  }

  @Test
  void everyByteOfTheManifestCounts() throws IOException {
    Path done = newest.resolve("DONE");
    byte[] bytes = Files.readAllBytes(done);
    for (int i = 0; i < bytes.length; i++) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= (byte) (1 << random.nextInt(8));
      Files.write(done, flipped);
      assertThatThrownBy(() -> Checkpoint.open(newest))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("DONE");
    }
  }

  @Test
  void aLinkIsNoFile() throws IOException {
    Path elsewhere = directory.resolve("elsewhere");
    eachFileAfter(
        (file, bytes) -> {
          Files.write(elsewhere, bytes);
          Files.delete(file);
          Files.createSymbolicLink(file, elsewhere);
        });
  }

  @Test
  void strangersAreNotLookedAt() throws IOException {
    Files.createFile(newest.resolve("tokenizer").resolve(".DS_Store"));
    Files.createSymbolicLink(newest.resolve("link"), directory);
    assertThat(Checkpoint.open(newest).state().step()).isEqualTo(2);
    assertThat(store.newestIntact(why -> {}).orElseThrow().state().step()).isEqualTo(2);
    assertThat(Checkpoints.stepIn(newest)).isEqualTo(2);
  }

  @Test
  void nothingIsTakenIfAllAreDamaged() throws IOException {
    Files.delete(newest.resolve("DONE"));
    Files.write(directory.resolve("step-00000001").resolve("model.safetensors"), new byte[1]);
    List<String> whyNot = new ArrayList<>();
    assertThat(store.newestIntact(whyNot::add)).isEmpty();
    assertThat(whyNot).hasSize(2);
    assertThat(whyNot.get(0)).contains("step-00000002", "DONE");
    assertThat(whyNot.get(1)).contains("step-00000001", "model.safetensors");
    assertThat(store.list()).isEmpty();
  }

  @Test
  void theManifestIsAsTheFormatSays() throws IOException {
    assertThat(Files.readString(newest.resolve("DONE"))).isEqualTo(Checkpoints.done(newest));
  }

  @Test
  void aCheckpointUnderTheNameOfAnotherStepIsRefused() throws IOException {
    Path renamed = directory.resolve("step-00000003");
    Files.move(newest, renamed);
    assertThatThrownBy(() -> Checkpoint.open(renamed))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("trainer.json", "expected step 3", "found 2");
    Path kept = directory.resolve("kept");
    Files.move(renamed, kept);
    assertThat(Checkpoint.open(kept).state().step()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000000 0 ../../elsewhere\n",
        "00000000 0 /etc/hostname\n",
        "00000000 0 tokenizer/../config.json\n",
        "00000000 99999999999999999999 large\n",
        "00000000 999999999999999999 large\n",
        "00000000 -1 negative\n",
        "0000000g 1 letter\n",
        "00000000 1\n",
        "00000000 1 \n",
        "00000000 1 zero\u0000\n",
        "\n",
      })
  void aManifestThatLeadsElsewhereIsRefused(String line) throws IOException {
    Path done = newest.resolve("DONE");
    String genuine = Files.readString(done);
    String lines =
        genuine.substring(
            genuine.indexOf('\n') + 1, genuine.lastIndexOf("\n", genuine.length() - 2) + 1);
    Files.writeString(done, Checkpoints.done("maque checkpoint 1", lines));
    assertThat(Checkpoints.stepIn(newest)).isEqualTo(2);
    for (String forged : List.of(line + lines, lines + line, line)) {
      Files.writeString(done, Checkpoints.done("maque checkpoint 1", forged));
      assertThatThrownBy(() -> Checkpoint.open(newest)).isInstanceOf(CheckpointException.class);
    }
  }

  @Test
  void aManifestOfAnotherVersionOrOrderIsRefused() throws IOException {
    Path done = newest.resolve("DONE");
    List<String> lines = new ArrayList<>(Files.readAllLines(done).subList(1, 7));
    Files.writeString(
        done, Checkpoints.done("maque checkpoint 2", String.join("\n", lines) + "\n"));
    assertThatThrownBy(() -> Checkpoint.open(newest))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("DONE: expected it to begin with the line \"maque checkpoint 1\"");
    lines.add(lines.remove(0));
    Files.writeString(
        done, Checkpoints.done("maque checkpoint 1", String.join("\n", lines) + "\n"));
    assertThatThrownBy(() -> Checkpoint.open(newest))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("DONE: expected each name once, in their order");
    Files.writeString(done, Checkpoints.done("maque checkpoint 1", ""));
    assertThatThrownBy(() -> Checkpoint.open(newest))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("DONE: expected it to list training.safetensors");
  }

  @Test
  void aForgedStateIsRefusedEvenWithTheRightChecksum() throws IOException {
    Files.writeString(newest.resolve("trainer.json"), "{\"version\": 1e999}");
    Files.writeString(newest.resolve("DONE"), Checkpoints.done(newest));
    assertRefused("trainer.json");
  }
}
