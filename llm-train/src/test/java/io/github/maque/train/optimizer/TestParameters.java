package io.github.maque.train.optimizer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.train.optimizer.TrainedParameter.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Parameters of all kinds with random weights, and gradients that depend on the step alone. */
final class TestParameters {
  private static final KernelSource COPY =
      KernelSource.of(
          "test_parameters",
          """
          def copy(self, to: Tensor, values: Tensor) -> Tensor:
            return to.copy_(values)
          """);

  private final NDManager manager;
  private final Kernel copy;
  private final List<TrainedParameter> list = new ArrayList<>();

  TestParameters(NDManager manager) {
    this.manager = manager;
    this.copy = Kernels.compile(manager, COPY).get("copy");
    add("wide", Kind.MATRIX, 1, 1, 3, 8);
    add("embedding", Kind.EMBEDDING, 1, 1, 9, 4);
    add("tall", Kind.MATRIX, 0.5, 2, 7, 4);
    add("norm", Kind.VECTOR, 1, 1, 5);
    add("square", Kind.MATRIX, 1, 1, 4, 4);
    add("bias", Kind.VECTOR, 2, 3, 6);
    add("folded", Kind.MATRIX, 1, 0, 4, 3, 2);
  }

  private void add(String name, Kind kind, double rate, double decay, long... shape) {
    Random random = new Random(name.hashCode());
    float[] values = normal(random, (int) new Shape(shape).size());
    NDArray weight = manager.create(values, new Shape(shape));
    // As in training, where kernels of another mode change what gradients are wanted for.
    weight.setRequiresGradient(true);
    NDArray gradient = manager.zeros(new Shape(shape));
    list.add(new TrainedParameter(name, kind, weight, gradient, rate, decay));
  }

  private static float[] normal(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  List<TrainedParameter> list() {
    return list;
  }

  /** Returns the gradient that a parameter has in a step; its size varies. */
  static float[] gradient(TrainedParameter parameter, int step) {
    int length = (int) parameter.weight().size();
    float[] values = normal(new Random(31L * step + parameter.name().hashCode()), length);
    for (int i = 0; i < length; i++) {
      values[i] = 0.3f * values[i] + 0.2f * (i % 3 - 1);
    }
    return values;
  }

  void setGradients(int step) {
    list.forEach(parameter -> set(parameter.gradient(), gradient(parameter, step)));
  }

  void setGradients(float value) {
    for (TrainedParameter parameter : list) {
      float[] values = new float[(int) parameter.weight().size()];
      Arrays.fill(values, value);
      set(parameter.gradient(), values);
    }
  }

  /** Writes into an array in place. */
  void set(NDArray array, float[] values) {
    try (NDManager scope = manager.newSubManager()) {
      copy.infer(scope, array, scope.create(values, array.getShape()));
    }
  }

  /** Makes an update that the scale of gradients and the schedule make a little different each. */
  void step(Optimizer optimizer, int step) {
    setGradients(step);
    step(optimizer, rateFactor(step), scale(step), 0);
  }

  static double rateFactor(int step) {
    return 1 - 0.005 * step;
  }

  static float scale(int step) {
    return step % 2 == 0 ? 1 : 0.25f;
  }

  void step(Optimizer optimizer, double rateFactor, float scale, float skip) {
    try (NDManager scope = manager.newSubManager()) {
      optimizer.step(
          rateFactor, scope.create(new float[] {scale}), scope.create(new float[] {skip}));
    }
  }

  /** Copies the weights' bits. */
  List<int[]> weightBits() {
    return list.stream().map(parameter -> bits(parameter.weight())).toList();
  }

  static List<int[]> stateBits(Map<String, NDArray> state) {
    return state.values().stream().map(TestParameters::bits).toList();
  }

  private static int[] bits(NDArray array) {
    float[] values = array.toFloatArray();
    int[] bits = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
