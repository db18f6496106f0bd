package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.KernelValue;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.model.kernel.Precision;

/**
 * What the machine gives, whoever computes: the rate of matrix products and of copying, and what a
 * call of a kernel costs that does nothing.
 */
final class Ceilings {
  /** So many calls are timed at once. */
  static final int CALLS = 1000;

  private static final KernelSource SOURCE =
      KernelSource.of(
          "ceilings",
          """
          def cast(self, x: Tensor, dtype: int) -> Tensor:
            return torch.to(x, dtype)

          def product(self, a: Tensor, b: Tensor, into: Tensor) -> Tensor:
            return torch.matmul(a, b, out=into)

          def copy(self, source: Tensor, into: Tensor) -> Tensor:
            return torch.copy_(into, source)

          def nothing(self, x: Tensor, residual: Tensor, w: List[Tensor], cos: Tensor, sin: Tensor, mask: Tensor, training: bool) -> Tensor:
            return x
          """);

  private final NDManager manager;
  private final Kernels kernels;

  /**
   * Creates ceilings.
   *
   * @param manager what everything lives with
   */
  Ceilings(NDManager manager) {
    this.manager = manager;
    kernels = Kernels.compile(manager, SOURCE);
  }

  /**
   * Returns a product {@code [rows, width] × [width, 4 · width]}, of {@code 8 · rows · width²}
   * floating-point operations.
   */
  Runnable product(Precision precision, int rows, int width) {
    KernelValue a = random(precision, rows, width);
    KernelValue b = random(precision, width, 4L * width);
    KernelValue into = random(precision, rows, 4L * width);
    Kernel product = kernels.get("product");
    return () -> product.value(manager, a, b, into).close();
  }

  private KernelValue random(Precision precision, long rows, long columns) {
    try (NDArray numbers = manager.randomNormal(0, 1, new Shape(rows, columns), DataType.FLOAT32)) {
      return kernels.get("cast").value(manager, numbers, precision.dtype());
    }
  }

  /** Returns copying of an array of 32-bit floats: {@code bytes} are read, and as many written. */
  Runnable copy(long bytes) {
    NDArray from = manager.ones(new Shape(bytes / Float.BYTES));
    NDArray to = manager.zeros(new Shape(bytes / Float.BYTES));
    Kernel copy = kernels.get("copy");
    return () -> copy.value(manager, from, to).close();
  }

  /** How a kernel is called. */
  enum Call {
    /** So that gradients can flow. */
    TRAINING,
    /** Returning arrays. */
    INFERENCE,
    /** Leaving the result in the engine. */
    VALUE
  }

  /** Returns {@link #CALLS} calls with what a decoder's attention takes: 10 arrays and a truth. */
  Runnable calls(Call how) {
    Kernel nothing = kernels.get("nothing");
    NDArray x = manager.ones(new Shape(1));
    NDList weights = new NDList(x, x, x, x, x);
    return () -> {
      for (int i = 0; i < CALLS; i++) {
        switch (how) {
          case TRAINING -> nothing.call(manager, x, x, weights, x, x, x, true).close();
          case INFERENCE -> nothing.infer(manager, x, x, weights, x, x, x, true).close();
          case VALUE -> nothing.value(manager, x, x, weights, x, x, x, true).close();
        }
      }
    };
  }
}
