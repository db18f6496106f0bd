package io.github.maque.examples.storyteller;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How much better a second model is than a first one on the same questions, and how far chance may
 * have made it so. What makes a question hard is hard for both and drops out.
 *
 * @param mean of second less first
 * @param standardError of the mean; NaN of fewer than 2 questions
 */
record PairedDifference(double mean, double standardError) {
  /** Chance alone makes a difference of so many standard errors once in ten times. */
  private static final double CLEAR = 1.645;

  /**
   * Compares two models.
   *
   * @param first of each question how well the first model did
   * @param second of the same questions how well the second did
   */
  static PairedDifference of(double[] first, double[] second) {
    double[] differences =
        IntStream.range(0, first.length).mapToDouble(i -> second[i] - first[i]).toArray();
    double mean = DoubleStream.of(differences).average().orElse(Double.NaN);
    double squares = 0;
    for (double difference : differences) {
      squares += (difference - mean) * (difference - mean);
    }
    return new PairedDifference(mean, Math.sqrt(squares / (first.length - 1) / first.length));
  }

  /** Returns whether the second model is better by more than chance explains. */
  boolean isBetter() {
    return mean > CLEAR * standardError;
  }

  /** Returns whether the second model is worse by more than chance explains. */
  boolean isWorse() {
    return mean < -CLEAR * standardError;
  }
}
