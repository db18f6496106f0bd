package io.github.maque.align.rollout;

import io.github.maque.tokenizer.ChatMessage;
import java.util.List;

/** Says how good an answer is. */
@FunctionalInterface
public interface Scorer {
  /**
   * Returns the score of an answer: more is better, and only answers to the same prompt are
   * compared. The same answer must always get the same score.
   *
   * @param prompt the conversation up to the answer
   * @param answer what the model wrote
   * @return any number, but not NaN
   */
  double score(List<ChatMessage> prompt, String answer);
}
