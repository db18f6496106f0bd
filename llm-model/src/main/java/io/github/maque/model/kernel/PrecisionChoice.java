package io.github.maque.model.kernel;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What {@link Precision#AUTO} stands for on a device, and why: the rates at which it multiplies
 * matrices of the sizes that small models have.
 *
 * @param precision the faster one; {@link Precision#FLOAT32} unless the other gains a tenth
 * @param float32Rate floating-point operations a second
 * @param bfloat16Rate floating-point operations a second; 0 if the device cannot do it
 */
public record PrecisionChoice(Precision precision, double float32Rate, double bfloat16Rate) {
  private static final Map<Device, PrecisionChoice> CHOICES = new ConcurrentHashMap<>();

  private static final int ROWS = 1024;
  private static final int WIDTH = 512;
  private static final int WARM_UPS = 2;
  private static final int RUNS = 5;

  private static final KernelSource PRODUCT =
      KernelSource.of(
          "precision_choice",
          """
          def product(self, x: Tensor, dtype: int) -> Tensor:
            y = torch.to(x, dtype)
            z = torch.mm(y[:, :512], y[:512])
            for i in range(8):
              z = z + torch.mm(y[:, :512], y[:512])
            return torch.sum(torch.to(z, 6))
          """);

  private static final double OPERATIONS = 9 * 2.0 * ROWS * WIDTH * WIDTH;

  /** Returns the choice for the device of a manager, measuring if it is the first time. */
  public static PrecisionChoice on(NDManager manager) {
    return CHOICES.computeIfAbsent(manager.getDevice(), device -> measure(manager));
  }

  private static PrecisionChoice measure(NDManager manager) {
    try (NDManager scope = manager.newSubManager();
        Kernels kernels = Kernels.compile(scope, PRODUCT)) {
      NDArray x = scope.ones(new Shape(ROWS, WIDTH));
      Kernel product = kernels.get("product");
      double float32 = 0;
      double bfloat16 = 0;
      for (int run = 0; run < WARM_UPS + RUNS; run++) {
        double first = rate(product, scope, x, Precision.FLOAT32);
        double second = rate(product, scope, x, Precision.BFLOAT16_MIXED);
        if (run >= WARM_UPS) {
          float32 = Math.max(float32, first);
          bfloat16 = Math.max(bfloat16, second);
        }
      }
      Precision faster = bfloat16 > 1.1 * float32 ? Precision.BFLOAT16_MIXED : Precision.FLOAT32;
      return new PrecisionChoice(faster, float32, bfloat16);
    }
  }

  /** Returns operations a second, or 0 if the device refuses the type. */
  private static double rate(Kernel product, NDManager scope, NDArray x, Precision precision) {
    long start = System.nanoTime();
    try (NDArray sum = product.infer(scope, x, precision.dtype()).singletonOrThrow()) {
      sum.getFloat(); // waits for the device
      return OPERATIONS / (System.nanoTime() - start) * 1e9;
    } catch (KernelException e) {
      return 0;
    }
  }
}
