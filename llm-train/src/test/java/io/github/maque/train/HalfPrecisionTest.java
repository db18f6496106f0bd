package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.optimizer.AdamW;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 16-bit floats, whose gradients are kept in their range by scaling the loss. */
class HalfPrecisionTest {
  private static final int STEPS = 40;

  @TempDir private Path directory;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  private List<StepMetrics> train(IntToDoubleFunction gradients, int steps) throws IOException {
    Decoder decoder =
        Decoder.create(manager, TestDecoders.config().build(), Precision.FLOAT16_MIXED);
    return Trainer.on(decoder)
        .data(new MarkovSource(TestDecoders.TOKENS, TestDecoders.LENGTH, 1000, 1))
        .objective(TestObjectives.gradient(gradients))
        .optimizer(AdamW.defaults().withLearningRate(1e-2))
        .tokensPerStep(16L * TestDecoders.LENGTH)
        .rowsPerMicroBatch(16)
        .duration(Amount.ofSteps(steps))
        .directory(directory)
        .build()
        .train()
        .history()
        .steps();
  }

  @Test
  void learnsAndHalvesTheScaleWhenGradientsOverflow() throws IOException {
    // What the loss is multiplied with besides does not fit into 16 bits in updates 3 and 4.
    List<StepMetrics> steps = train(step -> step == 3 || step == 4 ? 1e30 : 1, STEPS);
    assertThat(steps)
        .extracting(StepMetrics::skipped)
        .containsSubsequence(false, true, true, false);
    assertThat(steps.stream().filter(StepMetrics::skipped)).hasSize(2);
    for (StepMetrics step : steps) {
      double halvings = Math.max(0, Math.min(2, step.step() - 3));
      assertThat(step.lossScale()).isEqualTo(Math.scalb(1, 15 - (int) halvings));
      assertThat(step.gradientNorm() < 100).isEqualTo(!step.skipped());
    }
    assertThat(steps.get(STEPS - 1).loss()).isLessThan(steps.get(0).loss() - 0.3);
  }

  @Test
  void scaleIsSavedAndRestored() throws IOException {
    train(step -> step == 2 ? 1e30 : 1, 4);
    List<StepMetrics> steps = train(step -> 1, 6);
    assertThat(steps)
        .extracting(StepMetrics::lossScale)
        .containsExactly(32768d, 32768d, 16384d, 16384d, 16384d, 16384d);
  }
}
