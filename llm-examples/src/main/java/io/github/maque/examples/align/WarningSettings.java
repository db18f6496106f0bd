package io.github.maque.examples.align;

import io.github.maque.align.preference.EarlyWarning.Action;

/**
 * When learning from preferences is warned of, or ended.
 *
 * @param chosenCollapse by how many nats a token of chosen answers may become less likely, on
 *     average; 0 for any number
 * @param divergence how many nats a token the model's own answers may be away from the reference; 0
 *     for any number
 * @param lossIncrease by which part of its first value the loss of held-out pairs may grow; 0 for
 *     any
 * @param patience in how many evaluations in a row
 * @param prompts how many held-out prompts the model answers at each evaluation; 0 for none, which
 *     leaves the divergence unknown
 * @param answerTokens the most tokens of such an answer
 * @param action what is done
 */
public record WarningSettings(
    double chosenCollapse,
    double divergence,
    double lossIncrease,
    int patience,
    int prompts,
    int answerTokens,
    Action action) {
  /** Checks the numbers. */
  public WarningSettings {
    requireAtLeastZero("chosenCollapse", chosenCollapse);
    requireAtLeastZero("divergence", divergence);
    requireAtLeastZero("lossIncrease", lossIncrease);
    requireAtLeastZero("prompts", prompts);
    if (patience < 1) {
      throw new IllegalArgumentException("patience must be at least 1, got " + patience);
    }
    if (answerTokens < 1) {
      throw new IllegalArgumentException("answerTokens must be at least 1, got " + answerTokens);
    }
  }

  private static void requireAtLeastZero(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be at least 0 and finite, got " + value);
    }
  }

  /** Ends the run if it leaves the reference by far, or forgets chosen answers. */
  public static WarningSettings defaults() {
    return new WarningSettings(0.5, 1, 0.1, 2, 16, 128, Action.STOP);
  }
}
