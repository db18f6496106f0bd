package io.github.maque.train.tune;

/** A bias-corrected exponential average, and whether it says that a run has diverged. */
final class LossAverage {
  /** Batches differ: a loss somewhat above the first one may be chance. */
  private static final double ABOVE_START = 0.1;

  private final double kept;
  private double sum;
  private double weight;
  private double first = Double.NaN;

  LossAverage(int steps) {
    kept = 1 - 1 / Math.max(5, steps / 20.0);
  }

  double add(double loss) {
    if (weight == 0) {
      first = loss;
    }
    sum = kept * sum + (1 - kept) * loss;
    weight = kept * weight + (1 - kept);
    return sum / weight;
  }

  /** Returns whether losses have been no numbers, or higher than where the run began. */
  boolean diverged() {
    double average = sum / weight;
    return weight > 0 && !(average <= first + ABOVE_START * Math.abs(first));
  }
}
