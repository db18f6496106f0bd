package io.github.maque.train.tune;

import java.util.Arrays;
import java.util.List;

/**
 * A mean and its standard error.
 *
 * <p>Within a run the error is that of independent values. Where there are several runs, what their
 * means differ by counts too, and the larger error is told: runs differ by more than their batches
 * do.
 */
record Estimate(double mean, double error) {
  static final Estimate NONE = new Estimate(Double.NaN, Double.NaN);

  /**
   * Estimates a mean.
   *
   * @param runs values of each run, several each
   * @param varianceBetween of the means of runs
   */
  static Estimate of(List<double[]> runs, double varianceBetween) {
    double within =
        runs.stream().mapToDouble(run -> variance(run) / run.length).average().orElse(0);
    double error = Math.sqrt(Math.max(within, varianceBetween) / runs.size());
    return new Estimate(mean(means(runs)), error);
  }

  /** Returns the variance of the means of runs; 0 if there is only one. */
  static double varianceBetween(List<double[]> runs) {
    return runs.size() > 1 ? variance(means(runs)) : 0;
  }

  private static double[] means(List<double[]> runs) {
    return runs.stream().mapToDouble(Estimate::mean).toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  private static double variance(double[] values) {
    double mean = mean(values);
    double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    return squares / (values.length - 1);
  }
}
