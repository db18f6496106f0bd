package io.github.maque.examples.storyteller;

import io.github.maque.align.rollout.Rollout;
import io.github.maque.model.generate.GenerationOptions;

/**
 * How the model answers to learn from its own answers.
 *
 * @param questions how many at most, the first there are
 * @param samples how many answers to each, at least 2
 * @param answer how an answer is written
 * @param margin how much better the best answer must be than the worst, by the share to which they
 *     keep to what was asked for
 * @param unfinished whether answers that were cut short are taken
 * @param slots how many are written at once
 */
public record RolloutSettings(
    int questions,
    int samples,
    AnswerSettings answer,
    double margin,
    boolean unfinished,
    int slots) {
  /** Checks the numbers. */
  public RolloutSettings {
    if (questions < 1) {
      throw new IllegalArgumentException("questions must be at least 1, got " + questions);
    }
    if (samples < 2) {
      throw new IllegalArgumentException(
          "samples must be at least 2, a better answer and a worse one, got " + samples);
    }
    if (slots < 1) {
      throw new IllegalArgumentException("slots must be at least 1, got " + slots);
    }
  }

  /** Four answers to each of a thousand questions, drawn from all tokens. */
  public static RolloutSettings defaults() {
    return new RolloutSettings(
        1000, 4, new AnswerSettings(200, 1, 1), 0.2, false, Rollout.DEFAULT_SLOTS);
  }

  /**
   * How an answer is written.
   *
   * @param maxNewTokens how long it may be
   * @param temperature of the draws; 0 for the likeliest token
   * @param topP the share of probability that is drawn from, above 0 to 1
   */
  public record AnswerSettings(int maxNewTokens, double temperature, double topP) {
    /** Returns them as the generator takes them. */
    GenerationOptions options(long seed) {
      GenerationOptions.Builder builder =
          GenerationOptions.builder().maxNewTokens(maxNewTokens).seed(seed);
      return (temperature == 0 ? builder.greedy() : builder.temperature(temperature).topP(topP))
          .build();
    }
  }
}
