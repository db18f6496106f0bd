package io.github.maque.examples.cli;

import io.github.maque.examples.Unfinished;
import io.github.maque.examples.benchmark.Machine;
import io.github.maque.examples.benchmark.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import picocli.CommandLine.Option;

/**
 * A verb that measures: it says when, where and how, what came out, and which promises that keeps.
 */
abstract class BenchVerb extends Verb {

  @Option(
      names = "--smoke",
      order = 90,
      description = "Try everything out in seconds; the figures mean nothing.")
  private boolean smoke;

  /** Checks the options; whatever is wrong is found before anything is measured. */
  protected abstract void check() throws IOException;

  /**
   * Measures.
   *
   * @param scratch an empty directory, deleted in the end
   * @param progress hears what is being done, and which part of it is
   * @param summary is told everything but the promises
   * @return the promises that the measurements speak of
   */
  protected abstract List<Requirement> measure(
      Path scratch, BiConsumer<String, Double> progress, Summary summary) throws IOException;

  /** Returns whether everything is only to be tried out. */
  protected final boolean isSmoke() {
    return smoke;
  }

  @Override
  protected final Summary run() throws IOException {
    check();
    double loadBefore = Machine.loadAverage();
    Path scratch = Unfinished.beside(Path.of(System.getProperty("java.io.tmpdir"), "maque-bench"));
    Files.createDirectory(scratch);
    Summary measured = new Summary();
    List<Requirement> requirements;
    try (Progress progress = progress()) {
      requirements =
          measure(
              scratch,
              (task, part) -> progress.update(task, (long) (100 * part), 100, "%"),
              measured);
    } finally {
      Unfinished.delete(scratch);
    }
    Summary summary = new Summary();
    summary.text(
        "date",
        OffsetDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS).toString());
    summary.text("machine", Machine.describe());
    summary.number("load_average_before", loadBefore, "");
    summary.number("load_average_after", Machine.loadAverage(), "");
    summary.text("command_line", commandLine());
    summary.truth("smoke", smoke);
    summary.addAll(measured);
    summary.data("requirements", requirements.stream().map(this::data).toList());
    print(requirements, summary);
    return summary;
  }

  private void print(List<Requirement> requirements, Summary summary) {
    summary.print("");
    summary.print(smoke ? "What is promised (not measured by --smoke)" : "What is promised");
    for (Requirement requirement : requirements) {
      summary.print(
          String.format(
              Locale.ROOT,
              "  %-10s %-74s %s %6.2f %-4s  measured %8.2f %s",
              smoke ? "-" : verdict(requirement),
              requirement.what(),
              requirement.isUpperBound() ? "≤" : "≥",
              requirement.bound(),
              requirement.unit(),
              requirement.measured(),
              requirement.unit()));
    }
    summary.print("");
  }

  private Map<String, Object> data(Requirement requirement) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("what", requirement.what());
    data.put(requirement.isUpperBound() ? "at_most" : "at_least", requirement.bound());
    data.put("measured", requirement.measured());
    data.put("unit", requirement.unit());
    if (Double.isFinite(requirement.possible())) {
      data.put("possible", requirement.possible());
    }
    if (!smoke) {
      data.put("verdict", verdict(requirement));
    }
    return data;
  }

  private static String verdict(Requirement requirement) {
    return requirement.verdict().name().toLowerCase(Locale.ROOT);
  }
}
