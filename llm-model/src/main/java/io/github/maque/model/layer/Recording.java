package io.github.maque.model.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;

/**
 * A piece of a forward pass whose graph is kept: from a leaf to an output. Every array of it
 * belongs to the leaf's manager and goes with it.
 */
public class Recording {
  private final NDArray input;
  private final NDArray output;

  Recording(NDArray input, NDArray output) {
    this.input = input;
    this.output = output;
  }

  /**
   * Runs a layer and keeps what its backward pass needs. The thread must be recording gradients.
   *
   * @param layer any block from {@code [batch, time, width]} to the same
   * @param hidden its input, whose values alone are used: the graph begins here
   */
  public static Recording of(
      Block layer,
      ParameterStore store,
      NDArray hidden,
      SequenceContext context,
      boolean training) {
    hidden.setRequiresGradient(true);
    if (layer instanceof DecoderLayer own) {
      return own.record(store, hidden, context, training);
    }
    NDList output = layer.forward(store, new NDList(hidden), training, context.asParameters());
    return new Recording(hidden, output.singletonOrThrow());
  }

  /** Runs a norm and keeps what its backward pass needs. */
  public static Recording ofNorm(DecoderKernels kernels, NDArray hidden, NDList weights) {
    hidden.setRequiresGradient(true);
    return new Recording(hidden, kernels.norm(hidden.getManager(), hidden, weights));
  }

  /** Returns the output of the piece. */
  public NDArray output() {
    return output;
  }

  /**
   * Adds to the gradients of all parameters of the piece, and returns that of its input.
   *
   * @param gradient that of the output, of its shape
   */
  public NDArray backward(NDArray gradient) {
    backward(output, gradient);
    backwardThroughCuts();
    return input.getGradient();
  }

  /** Goes on where the graph was cut. */
  void backwardThroughCuts() {}

  static void backward(NDArray output, NDArray gradient) {
    JniUtils.backward((PtNDArray) output, (PtNDArray) gradient, false, false);
  }
}
