package io.github.maque.train.objective;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * The loss of some rows.
 *
 * @param loss the sum over the rows, float32, of one number
 * @param derivatives of the loss by each log-probability, float32 {@code [rows, length]}
 * @param metrics figures to be told with the loss, sums over the rows of one number each; they are
 *     divided by what the loss is divided by
 */
public record TokenLoss(NDArray loss, NDArray derivatives, Map<String, NDArray> metrics) {
  /** A loss without other figures. */
  public TokenLoss(NDArray loss, NDArray derivatives) {
    this(loss, derivatives, Map.of());
  }
}
