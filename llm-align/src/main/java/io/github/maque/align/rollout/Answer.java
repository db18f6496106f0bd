package io.github.maque.align.rollout;

import io.github.maque.model.generate.FinishReason;
import io.github.maque.model.generate.Generation;

/**
 * What a model answered.
 *
 * @param text the answer as the model wrote it, with the white space around it, if any; without its
 *     end of turn
 * @param tokens how many tokens it wrote, its end of turn among them
 * @param finishReason why the answer ended
 */
public record Answer(String text, int tokens, FinishReason finishReason) {

  /** Checks the number of tokens. */
  public Answer {
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens must be 0 or more, got " + tokens);
    }
  }

  static Answer of(Generation generation) {
    return new Answer(generation.text(), generation.ids().length, generation.finishReason());
  }

  /** Returns whether the model ended the answer itself, rather than was cut short. */
  public boolean finished() {
    return finishReason == FinishReason.STOP_ID || finishReason == FinishReason.STOP_STRING;
  }
}
