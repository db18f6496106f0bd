package io.github.maque.train.metric;

import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/** What a report says, part by part. */
final class ReportSections {
  /** So many stories can still be compared; all are in the metrics. */
  private static final int MOST_SAMPLES = 30;

  private static final int MOST_WARNINGS = 200;

  private final HtmlDocument page;
  private final RunHistory history;

  ReportSections(HtmlDocument page, RunHistory history) {
    this.page = page;
    this.history = history;
  }

  void heading() {
    page.element("h1", "", "Training run");
    if (!history.parts().isEmpty()) {
      RunDescription run = last(history.parts());
      page.element(
          "p",
          "quiet",
          format(
              "%,d parameters, %s on %s, %,d tokens a step",
              run.parameters(), run.precision(), run.device(), run.tokensPerStep()));
    }
    history
        .end()
        .ifPresent(
            end -> {
              String message = end.message().isEmpty() ? "" : ": " + end.message();
              String state = end.reason().name().toLowerCase(Locale.ROOT);
              boolean failed = end.reason() == RunEnd.Reason.FAILED;
              page.open("p", "").text(format("After step %,d the run was ", end.step()));
              page.element("b", failed ? "bad" : "", state).text(message).close("p");
            });
  }

  void summary() {
    RunSummary summary = RunSummary.of(history);
    page.open("dl", "figures");
    summary.best().ifPresent(best -> figure("best validation loss", loss(best), at(best.step())));
    summary.last().ifPresent(this::last);
    if (!history.steps().isEmpty()) {
      steps(summary);
    }
    figure("updates left out", format("%,d", summary.skipped()), "");
    figure("warnings", format("%,d", history.warnings().size()), "");
    page.close("dl");
  }

  private void last(Evaluation end) {
    figure("final validation loss", loss(end), at(end.step()));
    if (end.bitsPerByte().isPresent()) {
      figure("bits per byte", format("%.4f", end.bitsPerByte().getAsDouble()), at(end.step()));
    }
  }

  private void steps(RunSummary summary) {
    if (summary.trainingLoss().isPresent()) {
      figure(
          "final training loss",
          format("%.4f", summary.trainingLoss().getAsDouble()),
          format("mean of %,d", summary.lossSteps()));
    }
    String planned =
        summary.plannedSteps().isPresent()
            ? format("of %,d", summary.plannedSteps().getAsLong())
            : "";
    figure("steps", format("%,d", summary.step()), planned);
    figure("tokens", format("%,d", summary.tokens()), "");
    figure("time", duration(summary.seconds()), "");
    if (!Double.isNaN(summary.tokensPerSecond())) {
      figure("tokens per second", format("%,.0f", summary.tokensPerSecond()), "median");
    }
    if (!Double.isNaN(summary.utilization())) {
      figure(
          "utilization",
          format("%.1f %%", 100 * summary.utilization()),
          "median, of measured rate");
    }
    if (summary.memoryBytes() > 0) {
      figure("memory", bytes(summary.memoryBytes()), "at most");
    }
  }

  void pictures(List<Picture> pictures) {
    if (pictures.isEmpty()) {
      page.element(
          "p",
          "bad",
          "There are no pictures, as they could not be drawn where this page was made: Java found no"
              + " fonts there, or cannot draw. All figures are in the metrics.");
      return;
    }
    page.open("div", "pictures");
    for (Picture picture : pictures) {
      page.picture(
          Base64.getEncoder().encodeToString(picture.png()),
          picture.title() + " over steps",
          picture.width(),
          picture.height());
    }
    page.close("div");
  }

  void figures() {
    List<RunSummary.Figure> figures = RunSummary.of(history).figures();
    if (figures.isEmpty()) {
      return;
    }
    page.element("h2", "", "Figures");
    page.table(
        List.of("", "#training, in the end", "#validation, at first", "#validation, in the end"));
    for (RunSummary.Figure figure : figures) {
      page.open("tr", "")
          .cell(figure.name())
          .number("%.4g", figure.training().orElse(Double.NaN))
          .number("%.4g", figure.first().orElse(Double.NaN))
          .number("%.4g", figure.last().orElse(Double.NaN))
          .close("tr");
    }
    page.endTable();
  }

  void samples() {
    Map<String, List<Story>> byPrompt = new LinkedHashMap<>();
    for (Evaluation evaluation : history.evaluations()) {
      for (Evaluation.Sample sample : evaluation.samples()) {
        byPrompt
            .computeIfAbsent(sample.prompt(), prompt -> new ArrayList<>())
            .add(new Story(evaluation, sample.text()));
      }
    }
    if (byPrompt.isEmpty()) {
      return;
    }
    page.element("h2", "", "Samples");
    byPrompt.forEach(this::stories);
  }

  private record Story(Evaluation evaluation, String text) {}

  private void stories(String prompt, List<Story> stories) {
    page.element("h3", "story", prompt.isEmpty() ? "(no prompt)" : prompt);
    page.table(List.of("#step", "#loss", "text"));
    for (int i : shown(stories)) {
      Story story = stories.get(i);
      page.open("tr", "").number(story.evaluation.step()).number("%.4f", story.evaluation.loss());
      page.open("td", "story").element("b", "", prompt).text(story.text).close("td").close("tr");
    }
    page.endTable();
    if (stories.size() > MOST_SAMPLES) {
      page.element(
          "p", "quiet", format("%,d of %,d evaluations.", shown(stories).size(), stories.size()));
    }
  }

  private static Set<Integer> shown(List<Story> stories) {
    Set<Integer> shown = new TreeSet<>();
    int count = Math.min(stories.size(), MOST_SAMPLES);
    for (int i = 0; i < count; i++) {
      shown.add(count == 1 ? 0 : i * (stories.size() - 1) / (count - 1));
    }
    return shown;
  }

  void evaluations() {
    if (history.evaluations().isEmpty()) {
      return;
    }
    page.element("h2", "", "Evaluations");
    page.table(
        List.of("#step", "#loss", "#perplexity", "#bits per byte", "#tokens", "#seconds", ""));
    for (Evaluation evaluation : history.evaluations()) {
      OptionalDouble bits = evaluation.bitsPerByte();
      page.open("tr", "")
          .number(evaluation.step())
          .number("%.4f", evaluation.loss())
          .number("%,.2f", evaluation.perplexity().orElse(Double.NaN))
          .number("%.4f", bits.orElse(Double.NaN))
          .number(evaluation.tokens())
          .number("%.1f", evaluation.seconds())
          .element("td", "good", evaluation.best() ? "best so far" : "")
          .close("tr");
    }
    page.endTable();
  }

  void checkpoints() {
    if (history.checkpoints().isEmpty()) {
      return;
    }
    page.element("h2", "", "Checkpoints");
    page.table(List.of("#step", "directory", "#size", "#stood still (s)", "#written in (s)"));
    for (SavedCheckpoint checkpoint : history.checkpoints()) {
      page.open("tr", "")
          .number(checkpoint.step())
          .cell(checkpoint.directory().toString())
          .number(bytes(checkpoint.bytes()))
          .number("%.2f", checkpoint.copySeconds())
          .number("%.1f", checkpoint.writeSeconds())
          .close("tr");
    }
    page.endTable();
  }

  void warnings() {
    List<Warning> warnings = history.warnings();
    if (warnings.isEmpty()) {
      return;
    }
    page.element("h2", "", "Warnings");
    page.table(List.of("#step", "about", "message"));
    int first = Math.max(0, warnings.size() - MOST_WARNINGS);
    for (Warning warning : warnings.subList(first, warnings.size())) {
      String kind = warning.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      page.open("tr", "").number(warning.step()).cell(kind).cell(warning.message()).close("tr");
    }
    page.endTable();
    if (first > 0) {
      page.element("p", "quiet", format("The last %,d of %,d.", MOST_WARNINGS, warnings.size()));
    }
  }

  void parts() {
    if (history.parts().size() < 2) {
      return;
    }
    page.element("h2", "", "Parts");
    page.table(List.of("#from step", "device", "precision", "#rows at once"));
    for (RunDescription part : history.parts()) {
      page.open("tr", "")
          .number(part.firstStep())
          .cell(part.device())
          .cell(part.precision())
          .number(part.rowsPerMicroBatch())
          .close("tr");
    }
    page.endTable();
  }

  void configuration() {
    if (!history.parts().isEmpty()) {
      page.element("h2", "", "Configuration");
      page.element("pre", "", last(history.parts()).configuration());
    }
  }

  private void figure(String name, String value, String remark) {
    page.open("div", "").element("dt", "", name).open("dd", "").text(value);
    if (!remark.isEmpty()) {
      page.text(" ").element("small", "", remark);
    }
    page.close("dd").close("div");
  }

  private static String loss(Evaluation evaluation) {
    return format("%.4f", evaluation.loss());
  }

  private static String at(long step) {
    return format("at step %,d", step);
  }

  private static String duration(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? format("%d:%02d", whole / 60, whole % 60)
        : format("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }

  private static String bytes(long bytes) {
    return bytes < 1 << 30
        ? format("%.1f MiB", bytes / 0x1p20)
        : format("%.2f GiB", bytes / 0x1p30);
  }

  private static <T> T last(List<T> list) {
    return list.get(list.size() - 1);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
