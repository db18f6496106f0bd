package io.github.maque.train.objective;

import ai.djl.ndarray.NDArray;

/** A loss made of the normalised hidden states, with the head left out. */
@FunctionalInterface
public non-sealed interface HiddenObjective extends Objective {
  /**
   * Returns the loss and its gradient.
   *
   * @param batch the rows, to whose manager new arrays belong
   * @param hidden float32 {@code [rows, length, width]}, outside of any graph
   */
  HiddenLoss loss(MicroBatch batch, NDArray hidden);
}
