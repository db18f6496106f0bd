package io.github.maque.model.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/**
 * From hidden states to probabilities of tokens, without the logits of a whole batch ever existing:
 * what is computed from logits is computed for a few hundred tokens at a time, forward and backward
 * at once.
 *
 * <p>Any loss that is a function of the targets' log-probabilities has a gradient that is a weight
 * per token: {@link #logProbabilities} first, then the loss and its derivatives, then {@link
 * #gradients} with the negative derivatives as weights. Where weights are known from the start, as
 * in cross-entropy, {@link #gradients} alone does it all.
 */
public final class LanguageModelHead {
  private final DecoderKernels kernels;
  private final int vocabulary;
  private final double scale;
  private final double softCap;

  /**
   * Creates a head.
   *
   * @param kernels the arithmetic
   * @param vocabulary how many tokens there are, without padding
   * @param scale what logits are multiplied by
   * @param softCap {@code c} in {@code c · tanh(logits / c)}, or 0 for none
   */
  public LanguageModelHead(DecoderKernels kernels, int vocabulary, double scale, double softCap) {
    this.kernels = kernels;
    this.vocabulary = vocabulary;
    this.scale = scale;
    this.softCap = softCap;
  }

  /**
   * What {@link #gradients} computes.
   *
   * @param logProbabilities of the targets, {@code [batch, time]}
   * @param logSums logarithms of the sums of exponentials of logits, {@code [batch, time]}
   * @param meanLogProbabilities over the vocabulary, {@code [batch, time]}; zeros without label
   *     smoothing
   * @param hidden the gradient of the hidden states, {@code [batch, time, width]}
   */
  public record Gradients(
      NDArray logProbabilities, NDArray logSums, NDArray meanLogProbabilities, NDArray hidden) {}

  /**
   * Returns the logits, {@code [batch, time, vocabulary]}: all at once, so for a few tokens, or a
   * small vocabulary.
   *
   * @param hidden normalised hidden states {@code [batch, time, width]}
   * @param table {@code [padded vocabulary, width]}
   */
  public NDArray logits(NDManager manager, NDArray hidden, NDArray table) {
    return kernels
        .logits
        .call(manager, hidden, table, vocabulary, scale, softCap)
        .singletonOrThrow();
  }

  /**
   * Returns the targets' log-probabilities and the logarithms of the sums of exponentials of
   * logits, both {@code [batch, time]}, without gradients.
   *
   * @param hidden normalised hidden states {@code [batch, time, width]}
   * @param table {@code [padded vocabulary, width]}
   * @param targets ids {@code [batch, time]}
   */
  public NDList logProbabilities(
      NDManager manager, NDArray hidden, NDArray table, NDArray targets) {
    long width = hidden.getShape().get(2);
    NDList result =
        kernels.logProbabilities.infer(
            manager,
            attached(manager, hidden.reshape(-1, width)),
            table,
            attached(manager, targets.reshape(-1)),
            vocabulary,
            scale,
            softCap,
            rows(hidden));
    return new NDList(
        result.get(0).reshape(targets.getShape()), result.get(1).reshape(targets.getShape()));
  }

  /**
   * Computes, for the loss
   *
   * <pre>{@code
   * Σ weight · ((1 − s) · (−log p(target)) + s · mean over the vocabulary of (−log p) + z · logSum²)
   * }</pre>
   *
   * over all tokens, what it is made of and its gradients.
   *
   * @param hidden normalised hidden states {@code [batch, time, width]}
   * @param table {@code [padded vocabulary, width]}
   * @param tableGradient what the table's gradient is added to, or an empty array
   * @param targets ids {@code [batch, time]}
   * @param weights {@code [batch, time]}, of any sign
   * @param smoothing s, label smoothing (Szegedy et al., 2016), 0 to below 1
   * @param zLoss z, what keeps the sums near 1 (de Brébisson and Vincent, 2016), 0 for none
   */
  public Gradients gradients(
      NDManager manager,
      NDArray hidden,
      NDArray table,
      NDArray tableGradient,
      NDArray targets,
      NDArray weights,
      double smoothing,
      double zLoss) {
    long width = hidden.getShape().get(2);
    NDList result =
        kernels.headGradients.call(
            manager,
            attached(manager, hidden.reshape(-1, width)),
            table,
            tableGradient,
            attached(manager, targets.reshape(-1)),
            attached(manager, weights.reshape(-1)),
            vocabulary,
            scale,
            softCap,
            smoothing,
            zLoss,
            rows(hidden),
            block(hidden));
    return new Gradients(
        result.get(0).reshape(targets.getShape()),
        result.get(1).reshape(targets.getShape()),
        result.get(2).reshape(targets.getShape()),
        result.get(3).reshape(hidden.getShape()));
  }

  /** What DJL makes of an array belongs to that array's manager, which may live longer. */
  private static NDArray attached(NDManager manager, NDArray array) {
    array.attach(manager);
    return array;
  }

  /**
   * Tokens whose float32 logits exist at once: 8 MB on a CPU, which caches hold; 256 MB on a GPU.
   */
  private int rows(NDArray hidden) {
    boolean gpu = hidden.getDevice().isGpu();
    return Math.max(32, Math.min(gpu ? 8192 : 512, (gpu ? 1 << 26 : 1 << 21) / vocabulary));
  }

  /** Tokens whose logits' gradients exist at once, in the type that is computed in. */
  private int block(NDArray hidden) {
    int rows = rows(hidden);
    boolean gpu = hidden.getDevice().isGpu();
    return Math.max(rows, Math.min(2048, (1 << 23) / vocabulary) / rows * rows * (gpu ? 4 : 1));
  }
}
