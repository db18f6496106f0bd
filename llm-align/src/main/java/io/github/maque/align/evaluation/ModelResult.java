package io.github.maque.align.evaluation;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What was measured of one model.
 *
 * @param name what the reader knows the model by
 * @param parameters how many parameters it has; 0 if it is no model, but the data
 * @param figures for {@link #ALL} examples together, and then for each combination of fields, what
 *     was measured; names are those of {@link EvaluationExample#combination}
 * @param answers for each prompt the answer
 * @param checks for each prompt what was measured of this answer alone
 * @param leftOut how many held-out examples are longer than the decoder's context, and so not in
 *     its loss
 * @param tokensPerSecond how fast it answered; NaN if all answers were known
 */
public record ModelResult(
    String name,
    long parameters,
    Map<String, Map<Figure, Double>> figures,
    List<String> answers,
    List<Map<Figure, Double>> checks,
    int leftOut,
    double tokensPerSecond) {

  /** The name that all examples together have in {@link #figures}. */
  public static final String ALL = "all";

  /** Copies the collections. */
  public ModelResult {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name must not be blank, got \"" + name + "\"");
    }
    Map<String, Map<Figure, Double>> copy = new LinkedHashMap<>();
    figures.forEach((combination, values) -> copy.put(combination, copy(values)));
    figures = Collections.unmodifiableMap(copy);
    answers = List.copyOf(answers);
    checks = checks.stream().map(ModelResult::copy).toList();
    if (answers.size() != checks.size()) {
      throw new IllegalArgumentException(
          "checks must be one for each of " + answers.size() + " answers, got " + checks.size());
    }
  }

  /** Returns a figure of all examples together; NaN if there is none. */
  public double figure(Figure figure) {
    return Objects.requireNonNullElse(figures.getOrDefault(ALL, Map.of()).get(figure), Double.NaN);
  }

  private static Map<Figure, Double> copy(Map<Figure, Double> values) {
    Map<Figure, Double> copy = new EnumMap<>(Figure.class);
    copy.putAll(values);
    return Collections.unmodifiableMap(copy);
  }
}
