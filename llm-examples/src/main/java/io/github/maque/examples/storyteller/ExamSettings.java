package io.github.maque.examples.storyteller;

import io.github.maque.examples.storyteller.RolloutSettings.AnswerSettings;

/**
 * How the three models are measured.
 *
 * @param prompts how many questions each answers, the first of what is held out
 * @param heldOut on how many held-out answers the loss is computed
 * @param answer how an answer is written
 */
public record ExamSettings(int prompts, int heldOut, AnswerSettings answer) {
  /** Checks the numbers; figures that nothing is measured for are none. */
  public ExamSettings {
    if (prompts < 1 || heldOut < 1) {
      throw new IllegalArgumentException(
          "prompts and heldOut must be at least 1, got " + prompts + " and " + heldOut);
    }
  }

  /** 200 questions, answered as nearly everybody lets models answer. */
  public static ExamSettings defaults() {
    return new ExamSettings(200, 300, new AnswerSettings(200, 0.8, 0.9));
  }
}
