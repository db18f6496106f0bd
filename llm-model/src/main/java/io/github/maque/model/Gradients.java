package io.github.maque.model;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.github.maque.model.kernel.GradientMode;
import org.jspecify.annotations.Nullable;

/** Gradients of parameters as the engine holds them. */
@SuppressWarnings("try") // what a mode is there for is to end
final class Gradients {
  private Gradients() {}

  /**
   * Returns the array that a parameter's gradient is added up in, making it first if need be: the
   * one that the engine gives before the first backward pass is not kept.
   */
  static NDArray accumulator(NDArray parameter) {
    NDArray gradient = present(parameter);
    if (gradient != null) {
      return gradient;
    }
    try (GradientMode on = GradientMode.recording();
        NDArray nothing = parameter.sum().mul(0);
        NDArray one = nothing.onesLike()) {
      JniUtils.backward((PtNDArray) nothing, (PtNDArray) one, false, false);
    }
    gradient = present(parameter);
    if (gradient == null) {
      throw new IllegalStateException("the engine made no gradient of a parameter that wants one");
    }
    return gradient;
  }

  /** Returns the gradient of a parameter, if there is one yet. */
  static @Nullable NDArray present(NDArray parameter) {
    return JniUtils.getGradient((PtNDArray) parameter);
  }
}
