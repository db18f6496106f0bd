package io.github.maque.train.metric;

import java.util.ArrayList;
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
    page.open("dl", "figures");
    history.best().ifPresent(best -> figure("best validation loss", loss(best), at(best.step())));
    if (!history.evaluations().isEmpty()) {
      Evaluation end = last(history.evaluations());
      figure("final validation loss", loss(end), at(end.step()));
      if (end.bitsPerByte().isPresent()) {
        figure("bits per byte", format("%.4f", end.bitsPerByte().getAsDouble()), at(end.step()));
      }
    }
    if (!history.steps().isEmpty()) {
      steps();
    }
    figure("updates left out", format("%,d", history.skipped()), "");
    figure("warnings", format("%,d", history.warnings().size()), "");
    page.close("dl");
  }

  private void steps() {
    StepMetrics end = last(history.steps());
    int recent = Math.max(1, history.steps().size() / 100);
    List<StepMetrics> lastSteps =
        history.steps().subList(history.steps().size() - recent, history.steps().size());
    OptionalDouble loss =
        lastSteps.stream().filter(step -> !step.skipped()).mapToDouble(StepMetrics::loss).average();
    if (loss.isPresent()) {
      figure(
          "final training loss", format("%.4f", loss.getAsDouble()), format("mean of %,d", recent));
    }
    String planned =
        history.parts().isEmpty() ? "" : format("of %,d", last(history.parts()).steps());
    figure("steps", format("%,d", end.step()), planned);
    figure("tokens", format("%,d", end.tokens()), "");
    figure("time", duration(history.seconds()), "");
    figure("tokens per second", format("%,.0f", median(history.steps())), "median");
    if (!Double.isNaN(end.utilization())) {
      figure("utilization", format("%.1f %%", 100 * end.utilization()), "of measured rate");
    }
    long memory = history.steps().stream().mapToLong(StepMetrics::memoryBytes).max().orElse(0);
    if (memory > 0) {
      figure("memory", bytes(memory), "at most");
    }
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
          .number("%,.2f", evaluation.perplexity())
          .number(bits.isPresent() ? format("%.4f", bits.getAsDouble()) : "–")
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
    for (Warning warning : warnings.subList(0, Math.min(warnings.size(), MOST_WARNINGS))) {
      String kind = warning.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      page.open("tr", "").number(warning.step()).cell(kind).cell(warning.message()).close("tr");
    }
    page.endTable();
    if (warnings.size() > MOST_WARNINGS) {
      page.element("p", "quiet", format("The first of %,d.", warnings.size()));
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

  private static double median(List<StepMetrics> steps) {
    double[] speeds = steps.stream().mapToDouble(StepMetrics::tokensPerSecond).sorted().toArray();
    return speeds[speeds.length / 2];
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
