package io.github.maque.align.preference;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.train.objective.MicroBatch;

/** From the log-probabilities of tokens to those of answers, and back. */
@SuppressWarnings("try") // what a mode is there for is to end
final class PairKernels {
  private final Kernel sums;
  private final Kernel derivatives;
  private final Kernel figures;
  private final Kernel place;

  /**
   * Compiles the kernels.
   *
   * @param manager what they live with
   */
  PairKernels(NDManager manager) {
    Kernels kernels =
        Kernels.compile(manager, KernelSource.resource(PairKernels.class, "pairs.py"));
    sums = kernels.get("sums");
    derivatives = kernels.get("derivatives");
    figures = kernels.get("figures");
    place = kernels.get("place");
  }

  /**
   * Sums over the answers of some pairs.
   *
   * @param logProbabilities float64 {@code [pairs, 2]}
   * @param tokens how many they are over, float64 {@code [pairs, 2]}
   * @param sides which answer each token belongs to, int64 {@code [rows · length]}
   */
  record Sums(NDArray logProbabilities, NDArray tokens, NDArray sides) {}

  /**
   * Sums up log-probabilities, outside of any graph but fit for one.
   *
   * @param scope what the sums are attached to
   * @param pairs which pairs the rows hold
   * @param logProbabilities float32 {@code [rows, length]}
   */
  Sums sums(NDManager scope, MicroBatch batch, PairRows pairs, NDArray logProbabilities) {
    int sides = 2 * pairs.pairs().length;
    NDArray segments =
        batch
            .input()
            .segments()
            .orElseThrow(() -> new IllegalArgumentException("the rows have no pairs in them"));
    try (GradientMode off = GradientMode.notRecording()) {
      NDList found = sums.call(scope, logProbabilities, batch.lossWeights(), segments, sides);
      return new Sums(found.get(0), found.get(1), found.get(2));
    }
  }

  /**
   * Returns the derivatives by tokens' log-probabilities, float32 {@code [rows, length]}.
   *
   * @param chosen the derivatives by the sums of chosen answers, float64 {@code [pairs]}
   * @param rejected those by the sums of rejected ones
   */
  NDArray derivatives(MicroBatch batch, NDArray chosen, NDArray rejected, NDArray sides) {
    return derivatives
        .infer(batch.manager(), chosen, rejected, sides, batch.lossWeights())
        .singletonOrThrow();
  }

  /** Returns the sums of the losses and of the figures of pairs; see {@code pairs.py}. */
  NDList figures(
      NDManager manager,
      NDArray losses,
      Sums policy,
      NDArray reference,
      double scale,
      boolean perToken,
      boolean referred) {
    return figures.infer(
        manager,
        losses,
        policy.logProbabilities(),
        reference,
        policy.tokens(),
        scale,
        perToken,
        referred);
  }

  /**
   * Returns numbers of the host's as float64 {@code [pairs, 2]}, outside of any graph but fit for
   * one. A GPU fetches them when it comes to them: the host does not wait.
   *
   * @param like any array of the device
   */
  NDArray place(NDManager scope, double[] numbers, NDArray like) {
    Shape shape = new Shape(numbers.length / 2, 2);
    if (!scope.getDevice().isGpu()) {
      return scope.create(numbers, shape);
    }
    try (NDManager host = scope.newSubManager(Device.cpu());
        GradientMode off = GradientMode.notRecording()) {
      return place.call(scope, host.create(numbers, shape), like).singletonOrThrow();
    }
  }
}
