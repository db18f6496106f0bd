package io.github.maque.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.model.format.TensorSource;
import io.github.maque.train.metric.SavedCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {
  private static final Retention ALL = new Retention(100, 0, 0);

  @TempDir private Path parent;
  private final AtomicInteger released = new AtomicInteger();
  private Path directory;
  private CheckpointStore store;

  @BeforeEach
  void open() throws IOException {
    directory = parent.resolve("runs").resolve("first");
    store = CheckpointStore.open(directory, ALL);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  private CheckpointStore.Outcome outcome(CheckpointContents contents) {
    store.save(contents);
    store.await();
    assertThat(store.busy()).isFalse();
    CheckpointStore.Outcome outcome = store.poll().orElseThrow();
    assertThat(store.poll()).isEmpty();
    assertThat(outcome.step()).isEqualTo(contents.state().step());
    return outcome;
  }

  private CheckpointStore.Outcome.Saved saved(CheckpointContents contents) {
    return (CheckpointStore.Outcome.Saved) outcome(contents);
  }

  private IOException failure(CheckpointContents contents) {
    IOException failure = ((CheckpointStore.Outcome.Failed) outcome(contents)).failure();
    assertThat(failure)
        .hasMessageStartingWith("the checkpoint of step " + contents.state().step() + " cannot be")
        .hasMessageContaining(directory.toString());
    return failure;
  }

  private void reopen(Retention retention) throws IOException {
    store.close();
    store = CheckpointStore.open(directory, retention);
  }

  @Test
  void aSavedCheckpointHoldsWhatWasGiven() throws IOException {
    CheckpointContents contents =
        Checkpoints.of(1000, OptionalDouble.of(0.1), released::incrementAndGet);
    CheckpointStore.Outcome.Saved saved = saved(contents);
    Path expected = directory.resolve("step-00001000");
    assertThat(saved.directory()).isEqualTo(expected);
    assertThat(saved.bytes()).isEqualTo(bytes(expected));
    assertThat(saved.afterCopying(0.5))
        .isEqualTo(new SavedCheckpoint(1000, expected, saved.bytes(), 0.5, saved.writeSeconds()));
    assertThat(saved.writeSeconds()).isBetween(1e-6, 60.0);
    assertThat(released).hasValue(1);
    assertThat(Checkpoints.entries(directory)).containsExactly("step-00001000");
    assertThat(Checkpoints.entries(expected))
        .containsExactly(
            "DONE",
            "config.json",
            "config.yaml",
            "model.safetensors",
            "tokenizer",
            "trainer.json",
            "training.safetensors");
    assertThat(expected.resolve("config.yaml")).hasContent("steps: 1000\n");
    Checkpoint checkpoint = store.newestIntact(why -> {}).orElseThrow();
    assertThat(checkpoint.state()).isEqualTo(contents.state());
    assertThat(Checkpoints.stepIn(checkpoint.directory())).isEqualTo(1000);
  }

  private static long bytes(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void checkpointsAreListedByStepsOldestFirst() throws IOException {
    for (long step : new long[] {99_999_999, 3, 100_000_000, 0}) {
      saved(Checkpoints.of(step));
    }
    Files.createDirectory(directory.resolve("step-00000009"));
    Files.createDirectory(directory.resolve("step-12"));
    Files.createFile(directory.resolve("step-00000010"));
    assertThat(store.list())
        .extracting(checkpoint -> checkpoint.state().step())
        .containsExactly(0L, 3L, 99_999_999L, 100_000_000L);
    assertThat(store.newestIntact(why -> {}).orElseThrow().directory())
        .isEqualTo(directory.resolve("step-100000000"));
  }

  @Test
  void writingGoesOnBesideTheCaller() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    store.save(Checkpoints.withModel(1, model -> await(goOn), released::incrementAndGet));
    assertThat(store.busy()).isTrue();
    assertThat(store.poll()).isEmpty();
    assertThat(store.list()).isEmpty();
    assertThat(released).hasValue(0);
    AtomicInteger refused = new AtomicInteger();
    assertThatThrownBy(
            () -> store.save(Checkpoints.withModel(2, m -> {}, refused::incrementAndGet)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a checkpoint is being written");
    assertThat(refused).hasValue(1);
    goOn.countDown();
    store.await();
    assertThat(store.poll().orElseThrow().step()).isEqualTo(1);
    assertThat(released).hasValue(1);
  }

  @Test
  void closingWaitsForWhatIsBeingWritten() throws IOException {
    CountDownLatch goOn = new CountDownLatch(1);
    store.save(Checkpoints.withModel(1, model -> await(goOn), released::incrementAndGet));
    Thread later = new Thread(goOn::countDown);
    later.start();
    store.close();
    assertThat(store.poll()).containsInstanceOf(CheckpointStore.Outcome.Saved.class);
    assertThatThrownBy(
            () -> store.save(Checkpoints.withModel(2, m -> {}, released::incrementAndGet)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the store is closed");
    assertThat(released).hasValue(2);
    store.close();
    reopen(ALL);
    assertThat(store.list()).hasSize(1);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void aFullDiskIsToldAndLeavesNothing() throws IOException {
    IOException failure =
        failure(
            Checkpoints.withModel(
                5,
                model -> {
                  Checkpoints.writeModel(model, 5);
                  throw new IOException("No space left on device");
                },
                released::incrementAndGet));
    assertThat(failure).hasMessageEndingWith("IOException: No space left on device");
    assertThat(released).hasValue(1);
    assertThat(Checkpoints.entries(directory)).isEmpty();
    saved(Checkpoints.of(5));
    assertThat(Checkpoints.stepIn(directory.resolve("step-00000005"))).isEqualTo(5);
  }

  static Stream<Throwable> failuresOfOtherCode() {
    return Stream.of(
        new IOException("gone"), new IllegalStateException("gone"), new StackOverflowError("gone"));
  }

  @ParameterizedTest
  @MethodSource("failuresOfOtherCode")
  void whateverTensorsThrowIsAnOutcome(Throwable thrown) throws IOException {
    IOException failure =
        failure(Checkpoints.withTraining(5, new Failing(thrown), released::incrementAndGet));
    assertThat(failure)
        .hasMessageEndingWith(thrown.getClass().getSimpleName() + ": gone")
        .hasRootCause(thrown);
    assertThat(released).hasValue(1);
    assertThat(Checkpoints.entries(directory)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"DONE", "trainer.json", "config.yaml", "training.safetensors"})
  void aModelMayNotTakeTheNamesOfOurFiles(String name) throws IOException {
    CheckpointContents.ModelFiles model = at -> Files.createFile(at.resolve(name));
    assertThat(failure(Checkpoints.withModel(1, model, () -> {})))
        .hasMessageContainingAll(name, "a model must have no file of this name");
    assertThat(Checkpoints.entries(directory)).isEmpty();
  }

  @Test
  void aDirectoryThatIsNoneIsToldAtOnceAndLater() throws IOException {
    Path file = Files.createFile(parent.resolve("file"));
    assertThatThrownBy(() -> CheckpointStore.open(file, ALL))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("checkpoints cannot be saved to " + file + ": FileAlreadyExists");
    Path aside = parent.resolve("aside");
    Files.move(directory, aside);
    Files.createFile(directory);
    assertThat(failure(Checkpoints.of(1))).hasMessageContaining("FileSystemException: ");
    Files.delete(directory);
    assertThat(failure(Checkpoints.of(1))).hasMessageContaining("NoSuchFileException: ");
    Files.move(aside, directory);
    saved(Checkpoints.of(1));
    assertThat(store.list()).hasSize(1);
  }

  @Test
  void aReleaseThatFailsIsRunOnceAndHarmsNothing() {
    Runnable release =
        () -> {
          released.incrementAndGet();
          throw new UncheckedIOException(new IOException("stuck"));
        };
    saved(Checkpoints.of(1, OptionalDouble.empty(), release));
    assertThat(released).hasValue(1);
  }

  @Test
  void onlyWhatTheRetentionKeepsStays() throws IOException {
    reopen(new Retention(2, 1, 40));
    double[] losses = {5, 1, 4, 3, 2, 6};
    for (int i = 0; i < losses.length; i++) {
      saved(Checkpoints.of(10 * (i + 1), OptionalDouble.of(losses[i]), () -> {}));
    }
    assertThat(Checkpoints.entries(directory))
        .containsExactly("step-00000020", "step-00000040", "step-00000050", "step-00000060");
  }

  @Test
  void whatWasJustWrittenStaysEvenIfLaterStepsAreThere() throws IOException {
    saved(Checkpoints.of(30));
    saved(Checkpoints.of(40));
    reopen(new Retention(1, 0, 0));
    saved(Checkpoints.of(20));
    assertThat(Checkpoints.entries(directory)).containsExactly("step-00000020", "step-00000040");
  }

  @Test
  void aStepThatIsThereIsReplaced() throws IOException {
    saved(Checkpoints.of(1));
    Path damaged = saved(Checkpoints.of(2)).directory();
    Files.write(damaged.resolve("model.safetensors"), new byte[1]);
    Files.createFile(damaged.resolve("more"));
    saved(Checkpoints.of(2));
    assertThat(Checkpoints.stepIn(damaged)).isEqualTo(2);
    assertThat(Checkpoints.entries(directory)).containsExactly("step-00000001", "step-00000002");
  }

  @Test
  void whatADeadProcessLeftIsClearedUp() throws IOException {
    Path complete = saved(Checkpoints.of(1)).directory();
    store.close();
    Path left = directory.resolve(".tmp-step-00000002-abc").resolve("checkpoint");
    Files.createDirectories(left.resolve("tokenizer"));
    Files.createFile(left.resolve("tokenizer").resolve("merges.txt"));
    Files.createSymbolicLink(left.resolve("link"), complete);
    Path others = Files.createFile(directory.resolve(".tmp-of-others"));
    reopen(ALL);
    assertThat(Checkpoints.entries(directory)).containsExactly(".tmp-of-others", "step-00000001");
    assertThat(others).exists();
    assertThat(Checkpoints.stepIn(complete)).isEqualTo(1);
  }

  @Test
  void aReplacementThatWasCutShortIsFinished() throws IOException {
    Path first = saved(Checkpoints.of(1)).directory();
    Path second = saved(Checkpoints.of(2)).directory();
    store.close();
    // Killed before the old one was moved away, and after.
    Path marked = directory.resolve(".new-step-00000001");
    Checkpoints.copy(first, marked);
    Files.delete(first.resolve("DONE"));
    Files.move(second, directory.resolve(".new-step-00000002"));
    reopen(ALL);
    assertThat(Checkpoints.entries(directory)).containsExactly("step-00000001", "step-00000002");
    assertThat(Checkpoints.stepIn(first)).isEqualTo(1);
    assertThat(Checkpoints.stepIn(second)).isEqualTo(2);
  }

  @Test
  void anEmptyStoreHasNothing() throws IOException {
    assertThat(store.list()).isEmpty();
    assertThat(store.newestIntact(why -> {})).isEmpty();
    assertThat(store.poll()).isEmpty();
    assertThat(store.busy()).isFalse();
    store.await();
  }

  @Test
  void aCheckpointMayHaveNoTensorsBesideTheModel() throws IOException {
    saved(Checkpoints.withTraining(1, new Failing(null), () -> {}));
    try (var training = Checkpoint.open(directory.resolve("step-00000001")).training()) {
      assertThat(training.names()).isEmpty();
    }
  }

  /** Tensors that cannot be read, or none. */
  private record Failing(Throwable thrown) implements TensorSource {
    @Override
    public Set<String> names() {
      return thrown == null ? Set.of() : Set.of("moments");
    }

    @Override
    public long[] shape(String name) {
      return new long[] {3};
    }

    @Override
    public void read(String name, long from, FloatBuffer into) throws IOException {
      if (thrown instanceof IOException e) {
        throw e;
      }
      if (thrown instanceof RuntimeException e) {
        throw e;
      }
      throw (Error) thrown;
    }
  }
}
