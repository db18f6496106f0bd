package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of the gradients of a step, beside the same in doubles. */
class StepKernelsTest {
  private static final int WINDOW = 8;
  private static final int GROWTH = 3;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Kernels kernels =
      Kernels.compile(manager, KernelSource.resource(TrainingStep.class, "step.py"));
  private final NDArray window = manager.zeros(new Shape(WINDOW));
  private final Random random = new Random(1);

  private NDArray state = manager.create(new float[] {1, 0, 0, 0, 0});
  private double clip;
  private double spike;
  private boolean leaveOut;
  private boolean dynamic;

  @AfterEach
  void close() {
    manager.close();
  }

  /** What the kernel returns. */
  private record Verdict(double[] figures, float scale, boolean leftOut) {
    double norm() {
      return figures[1];
    }

    boolean notFinite() {
      return figures[3] != 0;
    }

    double z() {
      return figures[4];
    }
  }

  private Verdict judge(double loss, float[]... gradients) {
    Kernel judge = kernels.get("judge");
    try (NDManager scope = manager.newSubManager()) {
      NDList list = new NDList();
      for (float[] gradient : gradients) {
        list.add(scope.create(gradient));
      }
      // The sum of losses and what it is divided by.
      NDList result =
          judge.infer(
              scope,
              list,
              scope.create(new double[] {loss * 4}),
              0.25,
              state,
              window,
              clip,
              spike,
              leaveOut,
              dynamic,
              GROWTH);
      assertThat(result.get(0).toDoubleArray()[2]).isEqualTo(result.get(2).getFloat(0));
      return new Verdict(
          result.get(0).toDoubleArray(), result.get(1).getFloat(0), result.get(2).getFloat(0) == 1);
    }
  }

  private float[] gradient(int size, double factor) {
    float[] gradient = new float[size];
    for (int i = 0; i < size; i++) {
      gradient[i] = (float) (random.nextGaussian() * factor);
    }
    return gradient;
  }

  private static double norm(float[]... gradients) {
    double sum = 0;
    for (float[] gradient : gradients) {
      for (float value : gradient) {
        sum += (double) value * value;
      }
    }
    return Math.sqrt(sum);
  }

  @Test
  void normIsThatOfAllGradientsAndClipsThem() {
    clip = 0.5;
    for (double size : new double[] {1e-3, 1, 1e6}) {
      float[] first = gradient(1000, size);
      float[] second = gradient(7, size);
      Verdict verdict = judge(2, first, second);
      double norm = norm(first, second);
      assertThat(verdict.norm()).isCloseTo(norm, within(1e-6 * norm));
      double scale = Math.min(1, clip / norm);
      assertThat((double) verdict.scale()).isCloseTo(scale, within(1e-5 * scale));
      assertThat(verdict.figures()[0]).isEqualTo(2);
    }
  }

  @Test
  void withoutClippingGradientsStay() {
    assertThat(judge(2, gradient(10, 1e3)).scale()).isEqualTo(1);
  }

  @Test
  void lossScaleIsTakenBack() {
    clip = 1;
    state = manager.create(new float[] {1024, 0, 0, 0, 0});
    float[] gradient = gradient(50, 1024);
    Verdict verdict = judge(2, gradient);
    double norm = norm(gradient) / 1024;
    assertThat(verdict.norm()).isCloseTo(norm, within(1e-6 * norm));
    assertThat((double) verdict.scale()).isCloseTo(1 / norm / 1024, within(1e-5 / norm / 1024));
    assertThat(verdict.figures()[5]).isEqualTo(1024);
  }

  @Test
  void lossScaleGrowsAfterSomeUpdatesAndHalvesAtOnce() {
    dynamic = true;
    state = manager.create(new float[] {16, 0, 0, 0, 0});
    List<Float> scales = new ArrayList<>();
    float[] good = {1};
    float[] bad = {Float.POSITIVE_INFINITY};
    for (float[] gradient :
        new float[][] {good, good, good, good, bad, good, good, bad, good, good, good}) {
      judge(2, gradient);
      scales.add(state.getFloat(0));
    }
    assertThat(scales).containsExactly(16f, 16f, 32f, 32f, 16f, 16f, 16f, 8f, 8f, 8f, 16f);
    for (int i = 0; i < 10; i++) {
      judge(2, bad);
    }
    assertThat(state.getFloat(0)).isEqualTo(1);
  }

  @Test
  void lossScaleStaysWhereItIsNotNeeded() {
    state = manager.create(new float[] {16, 0, 0, 0, 0});
    for (int i = 0; i < 2 * GROWTH; i++) {
      judge(2, new float[] {i == 0 ? Float.NaN : 1});
    }
    assertThat(state.getFloat(0)).isEqualTo(16);
  }

  @Test
  void countsWhatIsLeftOutInARowAndInAll() {
    double[] losses = {2, Double.NaN, Double.POSITIVE_INFINITY, 2, Double.NaN};
    double[] inARow = {0, 1, 2, 0, 1};
    double[] inAll = {0, 1, 2, 2, 3};
    for (int i = 0; i < losses.length; i++) {
      Verdict verdict = judge(losses[i], new float[] {1});
      assertThat(verdict.notFinite()).isEqualTo(!Double.isFinite(losses[i]));
      assertThat(verdict.leftOut()).isEqualTo(verdict.notFinite());
      assertThat(verdict.figures()[6]).isEqualTo(inARow[i]);
      assertThat(verdict.figures()[7]).isEqualTo(inAll[i]);
    }
    assertThat(judge(2, new float[] {1, Float.NaN}).leftOut()).isTrue();
    assertThat(judge(2, new float[] {1}, new float[] {Float.NEGATIVE_INFINITY}).leftOut()).isTrue();
  }

  @Test
  void spikesAreCountedInDeviationsOfTheLastLosses() {
    spike = 3;
    List<Double> seen = new ArrayList<>();
    for (int step = 0; step < 4 * WINDOW; step++) {
      double loss = step % 11 == 10 ? Double.NaN : 5 + random.nextGaussian();
      Verdict verdict = judge(loss, new float[] {1});
      if (Double.isNaN(loss)) {
        continue;
      }
      if (seen.size() < WINDOW) {
        assertThat(verdict.z()).isZero();
      } else {
        assertThat(verdict.z())
            .isCloseTo(z(loss, seen.subList(seen.size() - WINDOW, seen.size())), within(1e-4));
      }
      seen.add(loss);
    }
  }

  private static double z(double loss, List<Double> last) {
    double mean = last.stream().mapToDouble(each -> each).average().orElseThrow();
    double variance =
        last.stream().mapToDouble(each -> Math.pow(each - mean, 2)).average().orElseThrow();
    return (loss - mean) / Math.sqrt(variance);
  }

  @Test
  void spikesAreLeftOutIfAsked() {
    spike = 3;
    for (boolean asked : new boolean[] {false, true}) {
      leaveOut = asked;
      state = manager.create(new float[] {1, 0, 0, 0, 0});
      for (int step = 0; step < WINDOW; step++) {
        judge(5 + 0.1 * random.nextGaussian(), new float[] {1});
      }
      float[] before = window.toFloatArray();
      Verdict verdict = judge(9, new float[] {1});
      assertThat(verdict.z()).isGreaterThan(spike);
      assertThat(verdict.notFinite()).isFalse();
      assertThat(verdict.leftOut()).isEqualTo(asked);
      if (asked) {
        assertThat(window.toFloatArray()).isEqualTo(before);
      } else {
        assertThat(window.toFloatArray()).contains(9f);
      }
    }
    // A fall is no spike.
    assertThat(judge(1, new float[] {1}).leftOut()).isFalse();
  }

  @Test
  void equalLossesAreNoSpikes() {
    spike = 3;
    leaveOut = true;
    for (int step = 0; step < 2 * WINDOW; step++) {
      assertThat(judge(5, new float[] {1}).leftOut()).isFalse();
    }
  }
}
