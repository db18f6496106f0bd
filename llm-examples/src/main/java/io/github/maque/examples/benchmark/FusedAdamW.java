package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import java.util.Collection;

/**
 * What a step of training does after the backward pass, as PyTorch's peers do it: clip the norm of
 * the gradients to 1, then AdamW in one fused kernel. The learning rate is 0, so that weights stay
 * as they are; the work is the same.
 */
final class FusedAdamW {
  private static final KernelSource SOURCE =
      KernelSource.of(
          "adamw",
          """
          def update(self, weights: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], steps: List[Tensor]) -> Tensor:
            norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)), 2)
            torch._foreach_mul_(gradients, torch.clamp_max(1.0 / (norm + 1e-6), 1.0))
            torch._foreach_add_(steps, 1)
            none = annotate(List[Tensor], [])
            torch._fused_adamw_(weights, gradients, means, squares, none, steps, lr=0.0, beta1=0.9, beta2=0.95, weight_decay=0.1, eps=1e-8, amsgrad=False, maximize=False)
            return norm
          """);

  private final NDManager manager;
  private final Kernel update;
  private final NDList weights = new NDList();
  private final NDList means = new NDList();
  private final NDList squares = new NDList();
  private final NDList steps = new NDList();

  /**
   * Creates an optimizer.
   *
   * @param manager what it lives with
   */
  FusedAdamW(NDManager manager, Collection<Parameter> parameters) {
    this.manager = manager;
    update = Kernels.compile(manager, SOURCE).get("update");
    for (Parameter parameter : parameters) {
      NDArray weight = parameter.getArray();
      weights.add(weight);
      means.add(manager.zeros(weight.getShape()));
      squares.add(manager.zeros(weight.getShape()));
      steps.add(manager.zeros(new Shape()));
    }
  }

  /**
   * Makes a step, and waits until the device has done it.
   *
   * @return the norm of the gradients before clipping
   */
  double step() {
    try (NDManager scope = manager.newSubManager()) {
      NDList gradients = new NDList(weights.size());
      for (NDArray weight : weights) {
        NDArray gradient = weight.getGradient();
        gradient.attach(scope);
        gradients.add(gradient);
      }
      return update.infer(scope, weights, gradients, means, squares, steps).get(0).getFloat();
    }
  }
}
