package io.github.maque.model.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.kernel.GradientMode;

/** A norm differentiated by hand. */
@SuppressWarnings("try") // what a mode is there for is to end
final class RecordedNorm {
  private final NDManager manager;
  private final DecoderKernels kernels;
  private final NDArray hidden;
  private final NDList weights;
  private final NDArray normed;
  private final NDList kept;

  /**
   * Runs a norm and keeps what its backward pass needs.
   *
   * @param manager what all its arrays belong to
   * @param rounded whether the result is to be in the type that is computed in
   */
  RecordedNorm(
      NDManager manager, DecoderKernels kernels, NDArray hidden, NDList weights, boolean rounded) {
    this.manager = manager;
    this.kernels = kernels;
    this.hidden = hidden;
    this.weights = weights;
    try (GradientMode off = GradientMode.notRecording()) {
      NDList result = kernels.normForward.call(manager, hidden, weights, rounded);
      normed = result.get(0);
      kept = result.subNDList(1);
    }
  }

  /** Returns normalised hidden states, outside of any graph. */
  NDArray normed() {
    return normed;
  }

  /**
   * Adds to the gradients of the weights, given the gradient that the normalised hidden states got,
   * and returns that of the hidden states, added to another.
   */
  NDArray backward(NDArray base) {
    try (NDArray gradient = normed.getGradient()) {
      return backward(base, gradient);
    }
  }

  /**
   * Adds to the gradients of the weights, and returns that of the hidden states, added to another.
   *
   * @param base what to add it to, or an empty array
   * @param gradient that of the normalised hidden states
   */
  NDArray backward(NDArray base, NDArray gradient) {
    try (GradientMode off = GradientMode.notRecording()) {
      boolean learn = weights.stream().anyMatch(NDArray::hasGradient);
      NDList gradients =
          kernels.normBackward.call(manager, base, gradient, hidden, kept, weights, learn);
      for (int i = 0; i + 1 < gradients.size(); i++) {
        try (NDArray own = gradients.get(i + 1)) {
          if (weights.get(i).hasGradient()) {
            Recording.backward(weights.get(i), own);
          }
        }
      }
      return gradients.get(0);
    }
  }
}
