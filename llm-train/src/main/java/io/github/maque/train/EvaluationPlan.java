package io.github.maque.train;

import java.util.List;

/**
 * When and how a model is evaluated while it is trained.
 *
 * @param every after how many steps, besides before the first and after the last; 0 for never
 * @param sequences over how many sequences of the validation data, from the first; 0 for all
 * @param prompts what the model writes on from each time, so that checkpoints can be compared by
 *     what they write; needs a tokenizer
 * @param sampleTokens the most tokens it writes, at least 1
 * @param temperature of the samples; 0 for the most likely tokens
 */
public record EvaluationPlan(
    long every, long sequences, List<String> prompts, int sampleTokens, double temperature) {
  /** Checks the numbers. */
  public EvaluationPlan {
    prompts = List.copyOf(prompts);
    if (every < 0) {
      throw new IllegalArgumentException("every must be at least 0, got " + every);
    }
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

  /** Every 250 steps, over 256 sequences, without samples. */
  public static EvaluationPlan defaults() {
    return new EvaluationPlan(250, 256, List.of(), 100, 0.8);
  }
}
