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
 * @param perplexity among how many tokens as good as chance would choose, if the loss is a
 *     {@linkplain io.github.maque.train.objective.Objective#isNegativeLogLikelihood negative
 *     log-likelihood}
 * @param bitsPerByte of the evaluated tokens, if the loss is one and their bytes are known
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
    OptionalDouble perplexity,
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

  /**
   * A text of the model.
   *
   * @param prompt how it begins
   * @param text how it goes on
   */
  public record Sample(String prompt, String text) {}
}
