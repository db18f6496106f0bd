package io.github.maque.examples.cli;

import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.RunHistory;
import io.github.maque.train.metric.RunSummary;
import io.github.maque.train.metric.Warning;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** What came of a run so far. */
record RunFigures(RunHistory history) {
  /** More rows than that are no short table. */
  private static final int MOST_ROWS = 12;

  private static final int MOST_WARNINGS = 20;

  private static final String FIGURE_LINE = "%-30s  %12s  %16s  %15s";

  /** Adds everything. */
  void addTo(Summary summary) {
    String end =
        history
            .end()
            .map(known -> known.reason().name().toLowerCase(Locale.ROOT))
            .orElse("going on, or killed");
    summary.text("ended", end);
    RunSummary run = RunSummary.of(history);
    addSteps(run, summary);
    addEvaluations(run, summary);
    addFigures(run, summary);
    List<Warning> warnings = history.warnings();
    summary.data(
        "warnings",
        warnings.stream()
            .skip(Math.max(0, warnings.size() - MOST_WARNINGS))
            .map(Warning::message)
            .toList());
    if (!history.warnings().isEmpty()) {
      summary.print("warnings", String.valueOf(history.warnings().size()));
    }
  }

  private static void addSteps(RunSummary run, Summary summary) {
    summary.count("step", run.step());
    if (run.step() == 0) {
      return;
    }
    summary
        .count("tokens", run.tokens())
        .number("training_loss", run.trainingLoss().orElse(Double.NaN), "")
        .number("training_seconds", run.seconds(), "s")
        .number("tokens_per_second", run.tokensPerSecond(), "in the median");
    if (!Double.isNaN(run.utilization())) {
      summary.number(
          "percent_of_matrix_products", 100 * run.utilization(), "%, of their measured rate");
    }
    if (run.skipped() > 0) {
      summary.count("updates_left_out", run.skipped());
    }
  }

  /** What is not known is null in JSON, and a dash for people. */
  private static void addFigures(RunSummary run, Summary summary) {
    if (run.figures().isEmpty()) {
      return;
    }
    Map<String, Object> data = new LinkedHashMap<>();
    summary.print(
        String.format(FIGURE_LINE, "", "training", "first validation", "last validation"));
    for (RunSummary.Figure figure : run.figures()) {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("training", figure.training().orElse(Double.NaN));
      values.put("first_validation", figure.first().orElse(Double.NaN));
      values.put("last_validation", figure.last().orElse(Double.NaN));
      data.put(figure.name(), values);
      summary.print(
          String.format(
              FIGURE_LINE,
              figure.name(),
              text("%.4g", figure.training()),
              text("%.4g", figure.first()),
              text("%.4g", figure.last())));
    }
    summary.data("figures", data);
    summary.print("");
  }

  private static String text(String format, OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "-";
  }

  private void addEvaluations(RunSummary run, Summary summary) {
    List<Evaluation> evaluations = history.evaluations();
    summary.data("evaluations", evaluations.stream().map(RunFigures::data).toList());
    run.best()
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
              shown(evaluations.stream().filter(one -> !Double.isNaN(one.loss())).toList())
                  .forEach(one -> summary.print(row(one, one.equals(best))));
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
    return String.format(
            Locale.ROOT,
            "%,10d  %15.4f  %10s  %13s  %s",
            evaluation.step(),
            evaluation.loss(),
            text("%.2f", evaluation.perplexity()),
            text("%.4f", evaluation.bitsPerByte()),
            best ? "the best" : "")
        .stripTrailing();
  }

  private static Map<String, Object> data(Evaluation evaluation) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("step", evaluation.step());
    data.put("loss", evaluation.loss());
    evaluation.perplexity().ifPresent(value -> data.put("perplexity", value));
    evaluation.bitsPerByte().ifPresent(bits -> data.put("bits_per_byte", bits));
    if (!evaluation.figures().isEmpty()) {
      data.put("figures", evaluation.figures());
    }
    return data;
  }
}
