package io.github.maque.train;

import io.github.maque.train.schedule.Amount;
import java.util.List;

/**
 * When and how a model is evaluated while it is trained.
 *
 * @param every how often, besides before the first step and after the last: after so many steps or
 *     tokens, or such a part of the run; 0 of them for never
 * @param sequences over how many sequences of the validation data, from the first; 0 for all
 * @param prompts what the model writes on from each time, so that checkpoints can be compared by
 *     what they write; needs a tokenizer
 * @param sampleTokens the most tokens it writes, at least 1
 * @param temperature of the samples; 0 for the most likely tokens
 */
public record EvaluationPlan(
    Amount every, long sequences, List<String> prompts, int sampleTokens, double temperature) {
  /** Checks the numbers. */
  public EvaluationPlan {
    prompts = List.copyOf(prompts);
    if (sequences < 0) {
      throw new IllegalArgumentException("sequences must be at least 0, got " + sequences);
    }
    if (sampleTokens < 1) {
      throw new IllegalArgumentException("sampleTokens must be at least 1, got " + sampleTokens);
    }
    if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "temperature must be at least 0 and finite, got " + temperature);
    }
  }

  /** Evaluates every so many steps; 0 for never. */
  public EvaluationPlan(
      long everySteps, long sequences, List<String> prompts, int sampleTokens, double temperature) {
    this(steps("every", everySteps), sequences, prompts, sampleTokens, temperature);
  }

  static Amount steps(String name, long steps) {
    if (steps < 0) {
      throw new IllegalArgumentException(name + " must be at least 0, got " + steps);
    }
    return Amount.ofSteps(steps);
  }

  /** Returns the same plan, followed more or less often. */
  public EvaluationPlan withEvery(Amount other) {
    return new EvaluationPlan(other, sequences, prompts, sampleTokens, temperature);
  }

  /** Every 250 steps, over 256 sequences, without samples. */
  public static EvaluationPlan defaults() {
    return new EvaluationPlan(250, 256, List.of(), 100, 0.8);
  }
}
