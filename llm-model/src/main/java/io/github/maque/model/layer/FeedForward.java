package io.github.maque.model.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.util.List;

/**
 * The feed-forward sub-layer of a {@link DecoderLayer}, gated or not: projections and addition to
 * the residual stream are one computation.
 */
public final class FeedForward extends SubLayer {
  /**
   * Creates the sub-layer.
   *
   * @param kernels the arithmetic
   * @param parameters weights of the gate, if gated, up and down; then, if configured, biases in
   *     the same order
   */
  public FeedForward(DecoderKernels kernels, List<Parameter> parameters) {
    super(kernels, parameters);
  }

  @Override
  NDArray run(
      NDManager manager,
      NDArray base,
      NDArray normed,
      NDList weights,
      SequenceContext context,
      boolean training) {
    return kernels
        .feedForward
        .call(manager, base, normed, weights, updates(context, training), training)
        .singletonOrThrow();
  }
}
