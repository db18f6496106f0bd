package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.Allocator;
import io.github.maque.examples.benchmark.Requirement;
import io.github.maque.examples.benchmark.TrainBenchmark;
import io.github.maque.examples.benchmark.TrainBenchmark.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures whole steps of training. */
@Command(
    name = "train",
    description = {
      "Measures whole steps of training a decoder of 29.9 million parameters, 8 × 512 tokens a"
          + " step: the trainer beside model and optimizer alone, in turns, and both beside the"
          + " machine's rate of matrix products; and whether memory grows with steps.",
      "PyTorch, if it is given, runs in processes of its own with the same environment, in turns"
          + " with the trainer."
    })
final class BenchTrain extends BenchVerb {
  @Mixin private final TorchPeerOptions torch = new TorchPeerOptions();

  @Override
  protected void check() throws IOException {
    torch.check();
  }

  @Override
  protected List<Requirement> measure(
      Path scratch, BiConsumer<String, Double> progress, Summary summary) throws IOException {
    TrainBenchmark benchmark =
        isSmoke()
            ? TrainBenchmark.smoke(torch.peer(), scratch, progress)
            : TrainBenchmark.full(torch.peer(), scratch, progress);
    Report report = benchmark.run();
    summary.text("native_allocator", Allocator.inUse());
    summary.count("parameters", report.parameters());
    summary.text("precision", report.precision().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    MeasurementTable.add(report.measurements(), summary);
    MeasurementTable.addRemarks(report.remarks(), summary);
    return report.requirements();
  }
}
