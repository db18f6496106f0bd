package io.github.maque.train.optimizer;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * Changes parameters by their gradients. What it knows besides lives in {@linkplain #state arrays}
 * that are saved with a run and restored in place.
 */
public interface Optimizer extends AutoCloseable {
  /**
   * Makes an update. Nothing is waited for: on a GPU this returns before it is done.
   *
   * @param rateFactor what the learning rate is multiplied with, from a schedule
   * @param gradientScale float32 {@code [1]}, what gradients are to be multiplied with first:
   *     clipping, and the inverse of a loss scale. Gradients may be changed in place
   * @param skip float32 {@code [1]}; if it holds 1, weights and state must stay as they are, to the
   *     bit, though gradients may hold anything; otherwise 0
   */
  void step(double rateFactor, NDArray gradientScale, NDArray skip);

  /**
   * Returns everything that the next update depends on but parameters and gradients: float32 arrays
   * by name, in an order that is always the same, each the same array over the whole run.
   */
  Map<String, NDArray> state();

  /** Releases the state. */
  @Override
  void close();
}
