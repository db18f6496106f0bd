package io.github.maque.align.evaluation;

import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Models beside each other: their figures, and what they answered to the same prompts.
 *
 * @param generation the options that answers were generated with
 * @param prompts what was asked
 * @param heldOut how many held-out examples the loss was computed on
 * @param notCheckable features that prompts asked for and no program can check, and how often
 * @param models what was measured of each model
 */
public record EvaluationReport(
    String generation,
    List<EvaluationExample> prompts,
    int heldOut,
    Map<String, Integer> notCheckable,
    List<ModelResult> models) {

  /** Copies the collections and checks that the models answered the prompts. */
  public EvaluationReport {
    prompts = List.copyOf(prompts);
    notCheckable = Collections.unmodifiableMap(new TreeMap<>(notCheckable));
    models = List.copyOf(models);
    if (models.isEmpty()) {
      throw new IllegalArgumentException("models must be at least one, got none");
    }
    Set<String> names = new LinkedHashSet<>();
    for (ModelResult model : models) {
      if (!names.add(model.name())) {
        throw new IllegalArgumentException(
            "models must have different names, got \"" + model.name() + "\" twice");
      }
      if (model.answers().size() != prompts.size()) {
        throw new IllegalArgumentException(
            "models must have an answer to each of "
                + prompts.size()
                + " prompts, got "
                + model.answers().size()
                + " of \""
                + model.name()
                + "\"");
      }
    }
  }

  /** Returns all there is as JSON, over several lines. Figures that are not finite are strings. */
  public String toJson() {
    return EvaluationJson.write(this);
  }

  /** Returns the figures as plain text, a table for each combination of fields. */
  public String toText() {
    return EvaluationText.write(this);
  }

  /**
   * Returns the figures, and some prompts with all answers, as a page of HTML that needs nothing
   * else.
   *
   * @param samples how many prompts to show at most, spread over all
   */
  public String toHtml(int samples) {
    return EvaluationPage.write(this, samples);
  }

  /**
   * Writes {@code evaluation.json}, {@code evaluation.txt} and {@code evaluation.html}, the last
   * with 20 prompts, each as a whole or not at all.
   *
   * @param directory is made if need be
   * @throws IOException if they cannot be written
   */
  public void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    write(directory.resolve("evaluation.json"), toJson());
    write(directory.resolve("evaluation.txt"), toText());
    write(directory.resolve("evaluation.html"), toHtml(20));
  }

  private static void write(Path file, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(utf8));
  }

  /**
   * Returns the combinations that any model has figures of, {@link ModelResult#ALL} first: it alone
   * if there is but one other, which then has the same figures.
   */
  List<String> combinations() {
    Set<String> combinations = new LinkedHashSet<>();
    if (models.stream().anyMatch(model -> model.figures().containsKey(ModelResult.ALL))) {
      combinations.add(ModelResult.ALL);
    }
    models.forEach(model -> combinations.addAll(model.figures().keySet()));
    boolean one =
        combinations.size() == 2
            && models.stream().map(ModelResult::figures).allMatch(EvaluationReport::areAlike);
    return one ? List.of(ModelResult.ALL) : List.copyOf(combinations);
  }

  private static boolean areAlike(Map<String, Map<Figure, Double>> figures) {
    return figures.values().stream().distinct().count() <= 1;
  }

  /** Returns the figures that any model has of a combination. */
  Set<Figure> figures(String combination) {
    Set<Figure> figures = EnumSet.noneOf(Figure.class);
    models.forEach(
        model -> figures.addAll(model.figures().getOrDefault(combination, Map.of()).keySet()));
    return figures;
  }

  /** Returns how many prompts a combination has, in words. */
  String promptsOf(String combination) {
    long count =
        prompts.stream()
            .filter(
                prompt ->
                    combination.equals(ModelResult.ALL) || combination.equals(prompt.combination()))
            .count();
    return count + (count == 1 ? " prompt" : " prompts");
  }

  /**
   * Returns whether no model has a better value, the data not counted, and some have a worse one. A
   * loss on other examples is neither.
   */
  boolean isBest(String combination, Figure figure, double value) {
    int sign =
        switch (figure.direction()) {
          case HIGHER -> 1;
          case LOWER -> -1;
          case NEITHER -> 0;
        };
    if (figure == Figure.BITS_PER_BYTE && !haveSameHeldOut()) {
      return false;
    }
    double[] values =
        models.stream()
            .filter(model -> model.parameters() > 0)
            .map(model -> model.figures().getOrDefault(combination, Map.of()))
            .filter(figures -> figures.containsKey(figure))
            .mapToDouble(figures -> sign * figures.getOrDefault(figure, Double.NaN))
            .toArray();
    boolean best = true;
    boolean worse = false;
    for (double other : values) {
      best &= other <= sign * value;
      worse |= other < sign * value;
    }
    return sign != 0 && best && worse;
  }

  private boolean haveSameHeldOut() {
    return models.stream()
            .filter(model -> model.parameters() > 0)
            .mapToInt(ModelResult::leftOut)
            .distinct()
            .count()
        <= 1;
  }
}
