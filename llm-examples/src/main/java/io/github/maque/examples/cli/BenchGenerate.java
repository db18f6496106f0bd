package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.Allocator;
import io.github.maque.examples.benchmark.GenerateBenchmark;
import io.github.maque.examples.benchmark.GenerateBenchmark.Report;
import io.github.maque.examples.benchmark.Requirement;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import picocli.CommandLine.Command;

/** Measures how fast a decoder continues texts. */
@Command(
    name = "generate",
    description = {
      "Measures decoding with a decoder of 29.9 million parameters, one sequence and 32 at once,"
          + " beside the rate at which its weights can be copied; contestants in turn, medians."
          + " Fails if a text depends on its neighbours."
    })
final class BenchGenerate extends BenchVerb {
  @Override
  protected void check() {}

  @Override
  protected List<Requirement> measure(
      Path scratch, BiConsumer<String, Double> progress, Summary summary) {
    GenerateBenchmark benchmark =
        isSmoke() ? GenerateBenchmark.smoke(progress) : GenerateBenchmark.full(progress);
    Report report = benchmark.run();
    summary.text("native_allocator", Allocator.inUse());
    summary.count("parameters", report.parameters());
    MeasurementTable.add(report.measurements(), summary);
    return report.requirements();
  }
}
