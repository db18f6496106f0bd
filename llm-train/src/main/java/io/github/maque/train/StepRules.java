package io.github.maque.train;

/**
 * What is done with the gradients of a step before the update.
 *
 * @param clip the norm that the gradients of all parameters together are made no longer than
 *     (Pascanu et al., 2013); 0 to leave them as they are
 * @param failureLimit after how many updates in a row that were left out the run fails; at least 1.
 *     An update is left out if its loss or its gradients are no finite numbers
 * @param spikeThreshold how many standard deviations above the mean of the last {@code spikeWindow}
 *     losses a loss is told as a spike; 0 for never
 * @param spikeWindow how many losses, at least 2
 * @param skipSpikes whether the update of a spike is left out, too, and its loss not remembered
 */
public record StepRules(
    double clip, int failureLimit, double spikeThreshold, int spikeWindow, boolean skipSpikes) {
  /** Checks the numbers. */
  public StepRules {
    requireAtLeastZero("clip", clip);
    requireAtLeastZero("spikeThreshold", spikeThreshold);
    if (failureLimit < 1) {
      throw new IllegalArgumentException("failureLimit must be at least 1, got " + failureLimit);
    }
    if (spikeWindow < 2 || spikeWindow > 1 << 16) {
      throw new IllegalArgumentException(
          "spikeWindow must be between 2 and 65536, got " + spikeWindow);
    }
    if (skipSpikes && spikeThreshold == 0) {
      throw new IllegalArgumentException("skipSpikes needs a spikeThreshold greater than 0, got 0");
    }
  }

  /** Clips at 1, fails after 20 updates that cannot be made, and tells spikes of 6 deviations. */
  public static StepRules defaults() {
    return new StepRules(1, 20, 6, 128, false);
  }

  private static void requireAtLeastZero(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be at least 0 and finite, got " + value);
    }
  }
}
