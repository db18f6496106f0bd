package io.github.maque.train;

import java.util.Map;

/** Measures something of a model at each evaluation, beside the loss of the validation data. */
@FunctionalInterface
public interface Probe {
  /**
   * Returns figures by name, which are told, saved and drawn with the evaluation. The model must be
   * left as it is. It is called on the thread that trains, with the weights of that moment.
   *
   * @param step after which update, 0 before the first
   */
  Map<String, Double> measure(long step);
}
