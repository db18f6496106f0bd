package io.github.maque.examples.cli;

import io.github.maque.align.evaluation.Figure;
import io.github.maque.examples.storyteller.Learned;
import io.github.maque.train.metric.Evaluation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a story model has learnt, for the screen.
 *
 * @param learned it
 */
record LearnedFigures(Learned learned) {
  private static final List<Figure> ROWS =
      List.of(
          Figure.ALL_WORDS,
          Figure.WORDS,
          Figure.SENTENCE,
          Figure.DIALOGUE,
          Figure.BITS_PER_BYTE,
          Figure.REPETITION,
          Figure.LONGEST_COPY);

  /** Adds everything. */
  void addTo(Summary summary) {
    summary.print("");
    stories(summary);
    table(summary);
    List<Learned.Verdict> verdicts =
        List.of(
            learned.verdict(Learned.PRETRAINED, Learned.SFT),
            learned.verdict(Learned.SFT, Learned.DPO));
    verdicts.forEach(verdict -> summary.print(verdict.text()));
    summary.data("improved", verdicts.stream().map(Learned.Verdict::improved).toList());
    summary.print("");
    learned.answers().stream()
        .findFirst()
        .ifPresent(
            answered -> {
              summary.print(answered.prompt().replace("\n", "  "));
              for (String model : Learned.MODELS) {
                summary.print(
                    "  " + model + ": " + answered.texts().getOrDefault(model, "").strip());
              }
            });
    summary.print("");
  }

  private void stories(Summary summary) {
    summary.print("Learning to tell stories:");
    List<Map<String, Object>> steps = new ArrayList<>();
    for (Evaluation evaluation : learned.milestones()) {
      double bits = evaluation.bitsPerByte().orElse(Double.NaN);
      Map<String, Object> step = new LinkedHashMap<>();
      step.put("step", evaluation.step());
      step.put("validation_loss", evaluation.loss());
      step.put("bits_per_byte", bits);
      StringBuilder story = new StringBuilder();
      evaluation.samples().stream()
          .findFirst()
          .ifPresent(sample -> story.append(sample.prompt()).append(sample.text()));
      step.put("sample", story.toString());
      steps.add(step);
      summary.print(
          String.format(Locale.ROOT, "  step %,6d  %.4f bits per byte", evaluation.step(), bits));
      summary.print("    | " + story.toString().strip().replaceAll("\\s*\\R\\s*", " "));
    }
    summary.data("pretraining", steps);
    summary.print("");
  }

  private void table(Summary summary) {
    StringBuilder head = new StringBuilder(String.format("%-18s", ""));
    learned.figures().keySet().forEach(name -> head.append(String.format("%13s", name)));
    summary.print(head.toString());
    for (Figure figure : ROWS) {
      StringBuilder row = new StringBuilder(String.format("%-18s", figure.label()));
      for (String model : learned.figures().keySet()) {
        double value = learned.figure(model, figure);
        row.append(String.format("%13s", Double.isNaN(value) ? "-" : figure.format(value)));
      }
      summary.print(row.toString());
    }
    row(summary, "distinct-4 of 20", learned::distinct);
    row(
        summary,
        "known sentences",
        name -> learned.knownSentences().getOrDefault(name, Double.NaN));
    Map<String, Object> models = new LinkedHashMap<>();
    for (String model : learned.figures().keySet()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      learned.figures().get(model).forEach((figure, value) -> figures.put(figure.key(), value));
      figures.put("distinct_4_of_20", learned.distinct(model));
      figures.put("known_sentences", learned.knownSentences().getOrDefault(model, Double.NaN));
      models.put(model, figures);
    }
    summary.data("models", models);
  }

  private void row(Summary summary, String label, ToDoubleFunction<String> value) {
    StringBuilder row = new StringBuilder(String.format("%-18s", label));
    for (String model : learned.figures().keySet()) {
      double share = value.applyAsDouble(model);
      row.append(
          String.format(
              "%13s",
              Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * share)));
    }
    summary.print(row.toString());
  }
}
