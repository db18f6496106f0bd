package io.github.maque.model.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.model.kernel.Precision;

/**
 * The compiled arithmetic of one decoder, which its blocks share. Closed with the manager that it
 * was compiled with.
 */
public final class DecoderKernels {
  final Kernel normForward;
  final Kernel normBackward;
  final Kernel residual;
  final Kernel queries;
  final Kernel attendForward;
  final Kernel attendBackward;
  final Kernel attentionOutput;
  final Kernel attention;
  final Kernel feedForward;
  final Kernel add;
  final Kernel logits;
  final Kernel logProbabilities;
  final Kernel headGradients;
  private final Kernel norm;
  private final Kernel zero;
  private final Kernel embed;
  private final Kernel embedWithPositions;
  private final Kernel noisy;
  private final Kernel rotary;
  private final Kernel mask;
  private final Kernel bias;
  private final Precision precision;
  private final NDArray none;

  private DecoderKernels(Kernels kernels, Precision precision, NDArray none) {
    this.precision = precision;
    this.none = none;
    norm = kernels.get("norm");
    normForward = kernels.get("norm_forward");
    normBackward = kernels.get("norm_backward");
    residual = kernels.get("residual");
    queries = kernels.get("queries");
    attendForward = kernels.get("attend_forward");
    attendBackward = kernels.get("attend_backward");
    attentionOutput = kernels.get("attention_output");
    attention = kernels.get("attention");
    feedForward = kernels.get("feed_forward");
    add = kernels.get("add");
    logits = kernels.get("logits");
    logProbabilities = kernels.get("log_probabilities");
    headGradients = kernels.get("head_gradients");
    zero = kernels.get("zero");
    embed = kernels.get("embed");
    embedWithPositions = kernels.get("embed_with_positions");
    noisy = kernels.get("noisy");
    rotary = kernels.get("rotary");
    mask = kernels.get("mask");
    bias = kernels.get("bias");
  }

  /** Returns the text of the kernels, still without the constants that make them one decoder's. */
  public static KernelSource source() {
    return KernelSource.resource(DecoderKernels.class, "decoder.py");
  }

  /**
   * Compiles the kernels.
   *
   * @param manager what they live with
   * @param source {@link #source} with the constants of the decoder and of the precision
   * @param precision in what they compute
   */
  public static DecoderKernels compile(
      NDManager manager, KernelSource source, Precision precision) {
    return new DecoderKernels(
        Kernels.compile(manager, source), precision, manager.zeros(new Shape(0), DataType.FLOAT32));
  }

  /** Returns in what these kernels compute. */
  public Precision precision() {
    return precision;
  }

  /** Returns the array without elements that stands for one that is not there. */
  public NDArray none() {
    return none;
  }

  /**
   * Returns {@code [batch, time, width]} from ids {@code [batch, time]}, with dropout in training.
   */
  public NDArray embed(
      NDManager manager, NDArray ids, NDArray table, double scale, boolean training) {
    return embed.call(manager, ids, table, scale, training).singletonOrThrow();
  }

  /** As {@link #embed}, with a vector per position added. */
  public NDArray embed(
      NDManager manager,
      NDArray ids,
      NDArray table,
      NDArray positions,
      NDArray positionTable,
      double scale,
      boolean training) {
    return embedWithPositions
        .call(manager, ids, table, positions, positionTable, scale, training)
        .singletonOrThrow();
  }

  /**
   * Returns embeddings with noise (Jain et al., 2023): to each number is added what is evenly
   * spread between its token's magnitude below and above 0.
   *
   * @param magnitudes {@code [batch, time]}
   */
  public NDArray noisy(NDManager manager, NDArray embeddings, NDArray magnitudes) {
    return noisy.call(manager, embeddings, magnitudes).singletonOrThrow();
  }

  /** Returns cosines and sines {@code [batch, 1, time, rotated / 2]} of positions. */
  public NDList rotary(NDManager manager, NDArray positions, NDArray cos, NDArray sin) {
    return rotary.call(manager, positions, cos, sin);
  }

  /**
   * Returns where tokens may look.
   *
   * @param segments {@code [batch, time]}, or {@link #none} for one mask of all sequences
   * @return {@code [batch or 1, 1, time, time]}
   */
  public NDArray mask(NDManager manager, NDArray segments, long time) {
    return mask.call(manager, segments, time).singletonOrThrow();
  }

  /** Returns a mask as what is added to scores, in the type that is computed in. */
  public NDArray bias(NDManager manager, NDArray mask) {
    return bias.call(manager, mask).singletonOrThrow();
  }

  /** Returns the bias of a block of queries where nothing is hidden but what comes later. */
  public NDArray causalBias(NDManager manager, long time) {
    return bias(manager, mask(manager, none, Math.min(time, GroupedQueryAttention.BLOCK)));
  }

  /** Fills arrays with zeros, whatever is in them. */
  public void zero(NDManager manager, NDList arrays) {
    if (!arrays.isEmpty()) {
      zero.infer(manager, arrays);
    }
  }

  /** Returns normalised hidden states, in 32-bit floats. */
  public NDArray norm(NDManager manager, NDArray hidden, NDList weights) {
    return norm(manager, hidden, weights, false);
  }

  /** Returns normalised hidden states, in the type that is computed in if they are rounded. */
  NDArray norm(NDManager manager, NDArray hidden, NDList weights, boolean rounded) {
    return norm.call(manager, hidden, weights, rounded).singletonOrThrow();
  }
}
