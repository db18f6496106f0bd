package io.github.maque.align.rollout;

import java.util.List;

/**
 * The answers to some prompts.
 *
 * @param answers for each prompt, in the order of asking, its answers
 * @param cached how many answers were in the cache, or equal to another one asked for
 * @param generatedTokens how many tokens were generated for the others
 * @param seconds how long that took
 */
public record RolloutAnswers(
    List<List<Answer>> answers, long cached, long generatedTokens, double seconds) {

  /** Copies the lists. */
  public RolloutAnswers {
    answers = answers.stream().map(List::copyOf).toList();
  }

  /** Returns how many tokens an answer has on average, its end of turn included; NaN of none. */
  public double meanTokens() {
    return answers.stream()
        .flatMap(List::stream)
        .mapToInt(Answer::tokens)
        .average()
        .orElse(Double.NaN);
  }

  /** Returns how many tokens were generated in a second; NaN if none were. */
  public double tokensPerSecond() {
    return generatedTokens == 0 ? Double.NaN : generatedTokens / seconds;
  }
}
