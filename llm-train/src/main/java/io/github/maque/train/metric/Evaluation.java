package io.github.maque.train.metric;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the model is worth on text that it is not trained on.
 *
 * @param step after which update, 0 before the first
 * @param loss the objective's, of the validation data, NaN if there are none: for {@link
 *     io.github.maque.train.objective.NextToken} the mean cross-entropy of a token, in nats
 * @param bitsPerByte of the text, if it is known how many bytes it has
 * @param tokens over how many tokens
 * @param best whether no earlier evaluation of the run had a lower loss
 * @param seconds how long it took
 * @param figures others, by name, the most important first: the objective's own, and those of
 *     {@link io.github.maque.train.Probe}s
 * @param samples what the model made of fixed prompts
 */
public record Evaluation(
    long step,
    double loss,
    OptionalDouble bitsPerByte,
    long tokens,
    boolean best,
    double seconds,
    Map<String, Double> figures,
    List<Sample> samples) {
  /** Copies the list, and the map in its order. */
  public Evaluation {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    samples = List.copyOf(samples);
  }

  /** Returns among how many tokens as good as chance would choose; NaN if there is no loss. */
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
