package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.checkpoint.Checkpoint;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.HistoryRecorder;
import io.github.maque.train.metric.RunDescription;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.metric.RunHistory;
import io.github.maque.train.metric.SavedCheckpoint;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.metric.Warning;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong beside training, and does not stop it. */
class StorageFailureTest {
  private static final Amount SHORT = Amount.ofSteps(8);

  @TempDir private Path directory;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  private TrainerBuilder run(Path at) {
    return TestRuns.of(TestRuns.decoder(manager, Precision.FLOAT32), at);
  }

  private static TrainingListener after(long step, Runnable what) {
    return new TrainingListener() {
      @Override
      public void stepped(StepMetrics metrics) {
        if (metrics.step() == step) {
          what.run();
        }
      }
    };
  }

  @Test
  void listenersThatThrowDoNotStopTraining() throws IOException {
    TrainingListener started =
        new TrainingListener() {
          @Override
          public void started(RunDescription run) {
            throw new IllegalStateException("started");
          }
        };
    TrainingListener evaluated =
        new TrainingListener() {
          @Override
          public void evaluated(Evaluation evaluation) {
            throw new AssertionError("evaluated");
          }
        };
    TrainingListener saved =
        new TrainingListener() {
          @Override
          public void saved(SavedCheckpoint checkpoint) {
            throw new IllegalStateException("saved");
          }
        };
    TrainingListener ended =
        new TrainingListener() {
          @Override
          public void ended(RunEnd end) {
            throw new IllegalStateException("ended");
          }
        };
    TrainingListener stepped =
        after(
            3,
            () -> {
              throw new IllegalStateException("stepped");
            });
    Path broken = directory.resolve("broken");
    TrainingResult result =
        run(broken)
            .duration(SHORT)
            .listener(started)
            .listener(evaluated)
            .listener(saved)
            .listener(ended)
            .listener(stepped)
            .build()
            .train();
    assertThat(result.history().end().orElseThrow().reason()).isEqualTo(RunEnd.Reason.COMPLETED);
    assertThat(TestRuns.warnings(result))
        .hasSize(4)
        .allSatisfy(warning -> assertThat(warning.kind()).isEqualTo(Warning.Kind.LISTENER))
        .extracting(Warning::message)
        .anySatisfy(message -> assertThat(message).endsWith("started"))
        .anySatisfy(message -> assertThat(message).endsWith("evaluated"))
        .anySatisfy(message -> assertThat(message).endsWith("saved"))
        .anySatisfy(message -> assertThat(message).endsWith("stepped"));
    Path whole = directory.resolve("whole");
    run(whole).duration(SHORT).build().train();
    assertThat(TestRuns.computed(broken)).isEqualTo(TestRuns.computed(whole));
  }

  /** In the way of checkpoints: root, too, cannot write through it. */
  private void block() {
    try {
      Files.move(checkpoints(), directory.resolve("away"));
      Files.createFile(checkpoints());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void unblock() {
    try {
      Files.delete(checkpoints());
      Files.move(directory.resolve("away"), checkpoints());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path checkpoints() {
    return directory.resolve("checkpoints");
  }

  @Test
  void checkpointsThatCannotBeWrittenAreTold() throws IOException {
    TrainingResult result =
        run(directory)
            .listener(after(9, this::block))
            .listener(after(21, this::unblock))
            .build()
            .train();
    assertThat(TestRuns.warnings(result))
        .isNotEmpty()
        .allSatisfy(
            warning -> {
              assertThat(warning.kind()).isEqualTo(Warning.Kind.CHECKPOINT);
              assertThat(warning.message()).contains("cannot be saved", checkpoints().toString());
            });
    assertThat(result.history().steps()).hasSize(TestRuns.STEPS);
    Path last = result.lastCheckpoint().orElseThrow();
    assertThat(Checkpoint.open(last).state().step()).isEqualTo(TestRuns.STEPS);
  }

  @Test
  void runThatCannotBeSavedInTheEndFails() {
    HistoryRecorder recorder = new HistoryRecorder();
    assertThatThrownBy(
            () ->
                run(directory)
                    .duration(SHORT)
                    .listener(recorder)
                    .listener(after(5, this::block))
                    .build()
                    .train())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the checkpoint of step 8")
        .hasMessageContaining(checkpoints().toString());
    RunHistory history = recorder.history();
    assertThat(history.steps()).hasSize(8);
    RunEnd end = history.end().orElseThrow();
    assertThat(end.reason()).isEqualTo(RunEnd.Reason.FAILED);
    assertThat(end.step()).isEqualTo(8);
    assertThat(end.seconds()).isPositive();
  }

  @Test
  void directoryThatIsAFileIsRefused() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> run(file).build().train())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void failedRunGivesTheDirectoryBack() throws IOException {
    run(directory).duration(Amount.ofSteps(2)).build().train();
    try (NDManager other = NDManager.newBaseManager("PyTorch")) {
      DecoderConfig wider = TestDecoders.config().dropout(0.1).width(32).build();
      Decoder decoder = Decoder.create(other, wider, Precision.FLOAT32);
      assertThatThrownBy(() -> TestRuns.of(decoder, directory).build().train())
          .hasMessageContaining("width is 16, but the decoder's is 32");
    }
    assertThat(run(directory).duration(SHORT).build().train().history().steps()).hasSize(8);
  }

  @Test
  void twoRunsNeverShareADirectory() throws IOException {
    HistoryRecorder recorder = new HistoryRecorder();
    TrainingListener second =
        after(
            2,
            () ->
                assertThatThrownBy(() -> run(directory).build().train())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("saving"));
    run(directory).duration(SHORT).listener(second).listener(recorder).build().train();
    assertThat(recorder.history().warnings())
        .noneMatch(warning -> warning.kind() == Warning.Kind.LISTENER);
    assertThat(TestRuns.computed(directory)).isNotEqualTo(List.of());
  }
}
