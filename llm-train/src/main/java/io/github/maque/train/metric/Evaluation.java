package io.github.maque.train.metric;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What the model is worth on text that it is not trained on.
 *
 * @param step after which update, 0 before the first
 * @param loss the mean cross-entropy of a token, in nats
 * @param bitsPerByte of the text, if it is known how many bytes it has
 * @param tokens over how many tokens
 * @param best whether no earlier evaluation of the run had a lower loss
 * @param seconds how long it took
 * @param samples what the model made of fixed prompts
 */
public record Evaluation(
    long step,
    double loss,
    OptionalDouble bitsPerByte,
    long tokens,
    boolean best,
    double seconds,
    List<Sample> samples) {
  /** Copies the list. */
  public Evaluation {
    samples = List.copyOf(samples);
  }

  /** Returns among how many tokens as good as chance would choose. */
  public double perplexity() {
    return Math.exp(loss);
  }

  /**
   * A text of the model.
   *
   * @param prompt how it begins
   * @param text how it goes on
   */
  public record Sample(String prompt, String text) {}
}
