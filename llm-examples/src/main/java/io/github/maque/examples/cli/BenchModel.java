package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.Allocator;
import io.github.maque.examples.benchmark.ModelBenchmark;
import io.github.maque.examples.benchmark.ModelBenchmark.Part;
import io.github.maque.examples.benchmark.ModelBenchmark.Report;
import io.github.maque.examples.benchmark.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Measures the training of a decoder. */
@Command(
    name = "model",
    description = {
      "Measures forward and backward through a decoder of 29.9 million parameters, 8 × 512 tokens"
          + " a step, beside the same model of plain DJL blocks and beside the machine's rate of"
          + " matrix products; contestants in turn, medians. Fails if losses or gradients differ.",
      "Memory is measured in JVMs of their own, and PyTorch, if it is given, in processes of its"
          + " own with the same environment."
    })
final class BenchModel extends BenchVerb {

  @Option(
      names = "--what",
      split = ",",
      converter = PartConverter.class,
      paramLabel = "PART",
      description = "step, checkpointing, calls, peer; all of them if not given.")
  private Set<Part> parts = EnumSet.allOf(Part.class);

  @Mixin private final TorchPeerOptions torch = new TorchPeerOptions();

  @Override
  protected void check() throws IOException {
    torch.check();
  }

  @Override
  protected List<Requirement> measure(
      Path scratch, BiConsumer<String, Double> progress, Summary summary) throws IOException {
    ModelBenchmark benchmark =
        isSmoke()
            ? ModelBenchmark.smoke(parts, torch.peer(), progress)
            : ModelBenchmark.full(parts, torch.peer(), progress);
    Report report = benchmark.run();
    summary.text("native_allocator", Allocator.inUse());
    summary.count("parameters", report.parameters());
    summary.text(
        "fastest_precision", report.precision().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    MeasurementTable.add(report.measurements(), summary);
    MeasurementTable.addRemarks(report.remarks(), summary);
    return report.requirements();
  }

  /** Reads the name of a part. */
  static final class PartConverter implements ITypeConverter<Part> {
    @Override
    public Part convert(String text) {
      for (Part part : Part.values()) {
        if (text.equals(part.name().toLowerCase(Locale.ROOT))) {
          return part;
        }
      }
      throw new TypeConversionException(
          "expected step, checkpointing, calls or peer but was '" + text + "'");
    }
  }
}
