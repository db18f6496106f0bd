package io.github.maque.model;

import java.util.Arrays;
import java.util.function.DoubleSupplier;

/** Cross-entropy and its derivatives in double precision, by definition. */
final class NaiveLoss {
  private NaiveLoss() {}

  static double[] logSoftmax(double[] logits) {
    double normalizer = logSumExp(logits);
    return Arrays.stream(logits).map(logit -> logit - normalizer).toArray();
  }

  static double logSumExp(double[] logits) {
    double largest = Arrays.stream(logits).max().orElseThrow();
    return largest + Math.log(Arrays.stream(logits).map(v -> Math.exp(v - largest)).sum());
  }

  /** Returns the log-probability of each target: {@code [time]}. */
  static double[] logProbabilities(double[][] logits, int[] targets) {
    double[] result = new double[targets.length];
    Arrays.setAll(result, t -> logSoftmax(logits[t])[targets[t]]);
    return result;
  }

  /**
   * Returns the weighted sum of the tokens' losses. That of a token is {@code (1 − labelSmoothing)}
   * times the negative log-probability of its target, {@code labelSmoothing} times the mean
   * negative log-probability of all tokens (Szegedy et al., 2016, as PyTorch has it), and {@code
   * zLoss} times the square of the logarithm of the softmax's denominator (Chowdhery et al., 2022).
   */
  static double crossEntropy(
      double[][] logits, int[] targets, double[] weights, double zLoss, double labelSmoothing) {
    double sum = 0;
    for (int t = 0; t < targets.length; t++) {
      double[] logProbabilities = logSoftmax(logits[t]);
      double mean = Arrays.stream(logProbabilities).average().orElseThrow();
      double normalizer = logSumExp(logits[t]);
      sum +=
          weights[t]
              * ((labelSmoothing - 1) * logProbabilities[targets[t]]
                  - labelSmoothing * mean
                  + zLoss * normalizer * normalizer);
    }
    return sum;
  }

  /** Returns the derivative of a loss by one number: its central difference, good to about 1e-9. */
  static double derivative(DoubleSupplier loss, double[] values, int index) {
    double value = values[index];
    double step = 1e-5 * Math.max(1, Math.abs(value));
    values[index] = value + step;
    double above = loss.getAsDouble();
    values[index] = value - step;
    double below = loss.getAsDouble();
    values[index] = value;
    return (above - below) / (2 * step);
  }
}
