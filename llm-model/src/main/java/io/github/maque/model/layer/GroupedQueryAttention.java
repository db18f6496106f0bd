package io.github.maque.model.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.model.kernel.GradientMode;
import java.util.List;

/**
 * Causal self-attention of several query heads over fewer or as many key-value heads (Ainslie et
 * al., 2023), with rotary embedding, norms of queries and keys, biases, and a sliding window, as
 * the decoder is configured. A sub-layer of a {@link DecoderLayer}: attention and addition to the
 * residual stream are one computation.
 */
@SuppressWarnings("try") // what a mode is there for is to end
public final class GroupedQueryAttention extends SubLayer {
  /** Queries that are taken at once on the CPU. */
  static final int BLOCK = 128;

  /** Up to how many tokens of a sequence probabilities are kept for the backward pass. */
  private static final int KEEP_PROBABILITIES = 1024;

  /**
   * Creates the sub-layer.
   *
   * @param kernels the arithmetic
   * @param parameters weights of queries, keys, values and output, then biases of queries, keys,
   *     values, if configured, of the output, if configured, then norms of queries and keys, if
   *     configured
   */
  public GroupedQueryAttention(DecoderKernels kernels, List<Parameter> parameters) {
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
        .attention
        .call(
            manager,
            base,
            normed,
            weights,
            updates(context, training),
            context.cos(),
            context.sin(),
            context.maskOrEmpty(),
            training)
        .singletonOrThrow();
  }

  /**
   * Runs the sub-layer with attention itself outside of the engine's graph.
   *
   * @param record whether a backward pass will follow
   */
  Attended attend(
      NDManager manager,
      NDArray base,
      NDArray normed,
      NDList weights,
      SequenceContext context,
      boolean training,
      boolean record) {
    NDList updates = updates(context, training);
    NDArray queries = kernels.queries.call(manager, normed, weights, updates).singletonOrThrow();
    boolean keep = record && normed.getShape().get(1) <= KEEP_PROBABILITIES;
    NDList attended;
    try (var off = GradientMode.notRecording()) {
      attended =
          kernels.attendForward.call(
              manager, queries, context.cos(), context.sin(), context.bias(), BLOCK, keep);
    }
    NDArray found = attended.get(0);
    if (record) {
      found.setRequiresGradient(true);
    }
    NDArray output =
        kernels
            .attentionOutput
            .call(manager, base, found, weights, updates, training)
            .singletonOrThrow();
    NDList kept = attended.subNDList(1);
    return new Attended(output, () -> backwardThroughCut(manager, queries, found, kept, context));
  }

  private void backwardThroughCut(
      NDManager manager, NDArray queries, NDArray found, NDList kept, SequenceContext context) {
    try (NDArray foundGradient = found.getGradient();
        NDArray gradient = attendBackward(manager, foundGradient, kept, context)) {
      Recording.backward(queries, gradient);
    }
  }

  /** Returns the gradient of the queries, given that of what attention found. */
  private NDArray attendBackward(
      NDManager manager, NDArray foundGradient, NDList kept, SequenceContext context) {
    try (var off = GradientMode.notRecording()) {
      return kernels
          .attendBackward
          .call(manager, foundGradient, kept, context.cos(), context.sin(), context.bias(), BLOCK)
          .singletonOrThrow();
    }
  }

  /**
   * The output of an attention sub-layer.
   *
   * @param backwardThroughCut goes on where the output's graph was cut, after its backward pass
   */
  record Attended(NDArray output, Runnable backwardThroughCut) {
    Attended(NDArray output) {
      this(output, () -> {});
    }
  }
}
