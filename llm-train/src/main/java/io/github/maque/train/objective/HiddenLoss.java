package io.github.maque.train.objective;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * The loss of some rows.
 *
 * @param loss the sum over the rows, float32, of one number
 * @param gradient of the loss by the hidden states, float32 {@code [rows, length, width]}
 * @param metrics figures to be told with the loss, sums over the rows of one number each; they are
 *     divided by what the loss is divided by
 */
public record HiddenLoss(NDArray loss, NDArray gradient, Map<String, NDArray> metrics) {
  /** A loss without other figures. */
  public HiddenLoss(NDArray loss, NDArray gradient) {
    this(loss, gradient, Map.of());
  }
}
