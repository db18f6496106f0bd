package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.Allocator;
import io.github.maque.examples.benchmark.ModelBenchmark;
import io.github.maque.examples.benchmark.ModelBenchmark.Part;
import io.github.maque.examples.benchmark.ModelBenchmark.Report;
import io.github.maque.examples.benchmark.Requirement;
import io.github.maque.examples.benchmark.TorchPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
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

  @Option(
      names = "--peer-python",
      paramLabel = "PYTHON",
      description = "An interpreter with PyTorch, to run --peer-script.")
  private @Nullable Path peerPython;

  @Option(
      names = "--peer-script",
      paramLabel = "FILE",
      description =
          "Trains the same decoder, given layers, width, heads, feed-forward width, vocabulary,"
              + " time, batch, eager or compile, and steps; prints JSON with params, tok_s and"
              + " mfu_of_gemm.")
  private @Nullable Path peerScript;

  @Override
  protected void check() throws IOException {
    if ((peerPython == null) != (peerScript == null)) {
      throw rejection("--peer-python and --peer-script go together");
    }
    for (Path file : new Path[] {peerPython, peerScript}) {
      if (file != null && !Files.isRegularFile(file)) {
        throw new NoSuchFileException(file.toString(), null, "expected a file");
      }
    }
  }

  @Override
  protected List<Requirement> measure(
      Path scratch, BiConsumer<String, Double> progress, Summary summary) throws IOException {
    TorchPeer peer =
        peerPython == null || peerScript == null ? null : new TorchPeer(peerPython, peerScript);
    ModelBenchmark benchmark =
        isSmoke()
            ? ModelBenchmark.smoke(parts, peer, progress)
            : ModelBenchmark.full(parts, peer, progress);
    Report report = benchmark.run();
    summary.text("native_allocator", Allocator.inUse());
    summary.count("parameters", report.parameters());
    summary.text(
        "fastest_precision", report.precision().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    MeasurementTable.add(report.measurements(), summary);
    summary.data("remarks", report.remarks());
    for (String remark : report.remarks()) {
      summary.print("");
      summary.print(remark);
    }
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
