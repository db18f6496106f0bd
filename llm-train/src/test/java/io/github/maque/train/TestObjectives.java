package io.github.maque.train;

import ai.djl.ndarray.NDArray;
import io.github.maque.train.objective.TokenLoss;
import io.github.maque.train.objective.TokenObjective;
import java.util.function.IntToDoubleFunction;

/** Cross-entropy that goes wrong when it is told to. */
final class TestObjectives {
  private TestObjectives() {}

  /**
   * Returns cross-entropy, whose value alone, and not its gradients, is multiplied with a factor.
   *
   * @param factors of each update in turn, counted from 1; one micro-batch makes an update
   */
  static TokenObjective value(IntToDoubleFunction factors) {
    return of(factors, step -> 1);
  }

  /** Returns cross-entropy, whose gradients alone, and not its value, are multiplied. */
  static TokenObjective gradient(IntToDoubleFunction factors) {
    return of(step -> 1, factors);
  }

  private static TokenObjective of(IntToDoubleFunction value, IntToDoubleFunction gradient) {
    int[] step = {0};
    return (batch, logProbabilities) -> {
      step[0]++;
      NDArray weights = batch.lossWeights();
      return new TokenLoss(
          weights.mul(logProbabilities).sum().mul(-value.applyAsDouble(step[0])),
          weights.mul(-gradient.applyAsDouble(step[0])));
    };
  }
}
