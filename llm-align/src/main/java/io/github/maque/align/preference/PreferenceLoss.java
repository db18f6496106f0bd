package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;

/**
 * The loss of pairs as a function of the log-probabilities of their answers. A loss of one's own is
 * a lambda of operations that the engine can differentiate:
 *
 * <pre>{@code
 * PreferenceLoss squared = pairs -> pairs.margin().sub(1).square();
 * }</pre>
 */
@FunctionalInterface
public interface PreferenceLoss {
  /**
   * Returns the losses, float64 {@code [pairs]}.
   *
   * @param pairs to whose arrays' manager new arrays belong
   */
  NDArray losses(PairLogProbabilities pairs);

  /** Returns whether the log-probabilities of a reference are needed; a lambda's are. */
  default boolean needsReference() {
    return true;
  }

  /** Returns whether the loss divides log-probabilities by the lengths of answers by itself. */
  default boolean normalizesLength() {
    return false;
  }

  /** Returns what log-ratios are multiplied by to be told as rewards: β, mostly. */
  default double rewardScale() {
    return 1;
  }
}
