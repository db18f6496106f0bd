package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.train.checkpoint.Retention;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Updates, evaluations, samples and checkpoints leave nothing behind: neither arrays nor memory of
 * the process. The copies for a checkpoint have 4 megabytes, so that ten that were left would show;
 * the allocator alone takes and returns some.
 */
class TrainingLeakTest {
  private static final int STEPS = 300;
  private static final int EVERY = 10;

  /** Until here the engine and the compiler take what they need. */
  private static final int SETTLED = 100;

  /** In kilobytes. */
  private static final long SLACK = 16 << 10;

  @TempDir private Path directory;

  private final List<Integer> attached = new ArrayList<>();
  private final List<Long> kilobytes = new ArrayList<>();

  @Test
  void stepsLeaveNothing() throws IOException {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "only Linux says how much memory it is");
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Decoder decoder =
          Decoder.create(
              manager,
              TestDecoders.config().vocabularySize(5000).width(64).build(),
              Precision.FLOAT32);
      // A decoder keeps its first gradients.
      try (NDManager scope = manager.newSubManager()) {
        assertThat(TrainedParameters.of(decoder, scope, List.of())).isNotEmpty();
      }
      int arrays = attached(manager);
      run(decoder, tokenizer(), manager).build().train();
      assertThat(attached(manager)).isEqualTo(arrays);
    }
    assertThat(attached).hasSize(STEPS / EVERY);
    assertThat(attached.stream().distinct()).hasSize(1);
    int half = (SETTLED + STEPS) / 2 / EVERY;
    long before = Collections.min(kilobytes.subList(SETTLED / EVERY, half));
    long after = Collections.min(kilobytes.subList(half, STEPS / EVERY));
    assertThat(after - before).isLessThan(SLACK);
  }

  private TrainerBuilder run(Decoder decoder, Tokenizer tokenizer, NDManager manager) {
    return Trainer.on(decoder)
        .data(new RaggedSequences(5000, TestDecoders.LENGTH, 100))
        .validation(new RaggedSequences(5000, TestDecoders.LENGTH, 5))
        .tokenizer(tokenizer)
        .tokensPerStep(4L * TestDecoders.LENGTH)
        .rowsPerMicroBatch(2)
        .duration(Amount.ofSteps(STEPS))
        .evaluation(new EvaluationPlan(EVERY, 0, List.of("a"), 4, 0.8))
        .checkpoints(new CheckpointPlan(EVERY, new Retention(1, 0, 0)))
        .directory(directory)
        .listener(
            new TrainingListener() {
              @Override
              public void stepped(StepMetrics step) {
                // In the middle between two checkpoints, when the last one is written.
                if (step.step() % EVERY == EVERY / 2) {
                  attached.add(attached(manager));
                  kilobytes.add(residentKilobytes());
                }
              }
            });
  }

  private static Tokenizer tokenizer() throws IOException {
    return BpeTrainer.byteLevel()
        .vocabularySize(260)
        .train(TextSource.of(List.of("a sparrow is small")))
        .tokenizer();
  }

  /** Returns how many arrays and managers live with the decoder's. */
  private static int attached(NDManager manager) {
    return ((PtNDManager) manager).getManagedArrays().size();
  }

  private static long residentKilobytes() {
    System.gc();
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
