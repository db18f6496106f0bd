package io.github.maque.examples.cli;

import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.RunHistory;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.Warning;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** What came of a run so far. */
record RunFigures(RunHistory history) {
  /** Single losses jump; the mean of so many does not. */
  private static final int LAST_STEPS = 20;

  /** More rows than that are no short table. */
  private static final int MOST_ROWS = 12;

  private static final int MOST_WARNINGS = 20;

  /** Adds everything. */
  void addTo(Summary summary) {
    String end =
        history
            .end()
            .map(known -> known.reason().name().toLowerCase(Locale.ROOT))
            .orElse("going on, or killed");
    summary.text("ended", end);
    addSteps(summary);
    addEvaluations(summary);
    summary.data(
        "warnings",
        history.warnings().stream().limit(MOST_WARNINGS).map(Warning::message).toList());
    if (!history.warnings().isEmpty()) {
      summary.print("warnings", String.valueOf(history.warnings().size()));
    }
  }

  private void addSteps(Summary summary) {
    List<StepMetrics> steps = history.steps();
    if (steps.isEmpty()) {
      summary.count("step", 0);
      return;
    }
    StepMetrics last = steps.get(steps.size() - 1);
    double loss =
        steps.subList(Math.max(0, steps.size() - LAST_STEPS), steps.size()).stream()
            .mapToDouble(StepMetrics::loss)
            .filter(Double::isFinite)
            .average()
            .orElse(Double.NaN);
    summary
        .count("step", last.step())
        .count("tokens", last.tokens())
        .number("training_loss", loss, "")
        .number("training_seconds", history.seconds(), "s")
        .number("tokens_per_second", last.tokensPerSecond(), "in the end");
    if (Double.isFinite(last.utilization())) {
      summary.number(
          "percent_of_matrix_products", 100 * last.utilization(), "%, of their measured rate");
    }
    if (history.skipped() > 0) {
      summary.count("updates_left_out", history.skipped());
    }
  }

  private void addEvaluations(Summary summary) {
    List<Evaluation> evaluations = history.evaluations();
    summary.data("evaluations", evaluations.stream().map(RunFigures::data).toList());
    history
        .best()
        .ifPresent(
            best -> {
              summary.data("best", data(best));
              summary.print("");
              summary.print(
                  String.format(
                      Locale.ROOT,
                      "%10s  %15s  %10s  %13s",
                      "step",
                      "validation loss",
                      "perplexity",
                      "bits per byte"));
              shown(evaluations).forEach(one -> summary.print(row(one, one.equals(best))));
              summary.print("");
            });
  }

  /** Returns evaluations at equal distances, the last one among them. */
  private static List<Evaluation> shown(List<Evaluation> all) {
    int every = (all.size() + MOST_ROWS - 1) / MOST_ROWS;
    return IntStream.range(0, all.size())
        .filter(i -> (all.size() - 1 - i) % every == 0)
        .mapToObj(all::get)
        .toList();
  }

  private static String row(Evaluation evaluation, boolean best) {
    String bits =
        evaluation.bitsPerByte().isPresent()
            ? String.format(Locale.ROOT, "%.4f", evaluation.bitsPerByte().getAsDouble())
            : "-";
    return String.format(
            Locale.ROOT,
            "%,10d  %15.4f  %10.2f  %13s  %s",
            evaluation.step(),
            evaluation.loss(),
            evaluation.perplexity(),
            bits,
            best ? "the best" : "")
        .stripTrailing();
  }

  private static Map<String, Object> data(Evaluation evaluation) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("step", evaluation.step());
    data.put("loss", evaluation.loss());
    data.put("perplexity", evaluation.perplexity());
    evaluation.bitsPerByte().ifPresent(bits -> data.put("bits_per_byte", bits));
    return data;
  }
}
