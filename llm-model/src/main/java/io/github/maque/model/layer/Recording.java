package io.github.maque.model.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;

/**
 * A piece of a forward pass, from hidden states to an output, that a gradient can be taken back
 * through, once. Every array of it belongs to the manager of the hidden states and goes with it.
 */
public abstract class Recording {
  private final NDArray output;

  Recording(NDArray output) {
    this.output = output;
  }

  /**
   * Runs a layer and keeps what its backward pass needs. The thread must be recording gradients.
   *
   * @param layer any block from {@code [batch, time, width]} to the same
   * @param hidden its input, whose values alone are used: a graph may begin here
   */
  public static Recording of(
      Block layer,
      ParameterStore store,
      NDArray hidden,
      SequenceContext context,
      boolean training) {
    if (layer instanceof DecoderLayer own) {
      return own.record(store, hidden, context, training);
    }
    hidden.setRequiresGradient(true);
    NDList output = layer.forward(store, new NDList(hidden), training, context.asParameters());
    return new Recording(output.singletonOrThrow()) {
      @Override
      public NDArray backward(NDArray gradient) {
        backward(output(), gradient);
        return hidden.getGradient();
      }
    };
  }

  /** Runs a norm and keeps what its backward pass needs. */
  public static Recording ofNorm(DecoderKernels kernels, NDArray hidden, NDList weights) {
    RecordedNorm norm = new RecordedNorm(hidden.getManager(), kernels, hidden, weights, false);
    return new Recording(norm.normed()) {
      @Override
      public NDArray backward(NDArray gradient) {
        return norm.backward(kernels.none(), gradient);
      }
    };
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
  public abstract NDArray backward(NDArray gradient);

  static void backward(NDArray output, NDArray gradient) {
    JniUtils.backward((PtNDArray) output, (PtNDArray) gradient, false, false);
  }
}
