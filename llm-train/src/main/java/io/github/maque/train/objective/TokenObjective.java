package io.github.maque.train.objective;

import ai.djl.ndarray.NDArray;

/**
 * A loss made of the log-probabilities of targets. Its gradient is a weight for each token, so that
 * the logits of a batch never exist.
 */
@FunctionalInterface
public non-sealed interface TokenObjective extends Objective {
  /**
   * Returns the loss and its derivatives.
   *
   * @param batch the rows, to whose manager new arrays belong
   * @param logProbabilities of the targets, float32 {@code [rows, length]}, of tokens of weight 0
   *     too
   */
  TokenLoss loss(MicroBatch batch, NDArray logProbabilities);
}
