package io.github.maque.model.generate;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.kernel.KernelException;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.model.kernel.Precision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether oneDNN multiplies with weights in a layout of its own here. */
final class PackedProducts {
  private static final Logger LOGGER = LoggerFactory.getLogger(PackedProducts.class);

  /** What {@code packed.py} asks of oneDNN, and nothing that could be wrong with that file. */
  private static final KernelSource TRIAL =
      KernelSource.of(
          "packed_products",
          """
          def product(self, dtype: int) -> Tensor:
            x = torch.ones([1, 1], dtype=dtype)
            w = ops.mkldnn._reorder_linear_weight(x, 32)
            none = annotate(List[Optional[number]], [])
            return torch.to(ops.mkldnn._linear_pointwise(x, w, None, "none", none, ""), 6)
          """);

  private PackedProducts() {}

  /**
   * Tries a product. Builds of PyTorch without oneDNN do not know the operators; CPUs without
   * AVX-512 refuse them in bfloat16, but only when they are called.
   *
   * @param manager whose device computes
   * @param precision in which products are to be
   */
  static boolean work(NDManager manager, Precision precision) {
    if (manager.getDevice().isGpu() || precision == Precision.FLOAT16_MIXED) {
      return false;
    }
    try (NDManager scope = manager.newSubManager();
        Kernels kernels = Kernels.compile(scope, TRIAL)) {
      kernels.get("product").infer(scope, precision.dtype());
      return true;
    } catch (KernelException e) {
      LOGGER.debug("oneDNN does not multiply in {} with packed weights", precision, e);
      return false;
    }
  }
}
