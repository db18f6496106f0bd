package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.AlignBenchmark;
import io.github.maque.examples.benchmark.AlignBenchmark.Part;
import io.github.maque.examples.benchmark.AlignBenchmark.Report;
import io.github.maque.examples.benchmark.Allocator;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Measures what it costs to teach a model to answer. */
@Command(
    name = "align",
    description = {
      "Measures steps of DPO and of a LoRA adapter of rank 8 beside steps of fine-tuning, with a"
          + " decoder of 29.9 million parameters and 8 × 512 packed tokens a step, in turns; their"
          + " memory in JVMs of their own; and 1,000 answers of 200 tokens from a decoder of 7.8"
          + " million parameters, many at once beside one by one. All data are made up."
    })
final class BenchAlign extends BenchVerb {

  @Option(
      names = "--what",
      split = ",",
      converter = ChoiceConverter.class,
      paramLabel = "PART",
      description = "steps, memory, adapter, rollouts, or all, which is the default.")
  private List<Choice> choices = List.of(new Choice(EnumSet.allOf(Part.class)));

  /** What one word of the option stands for. */
  record Choice(Set<Part> parts) {}

  @Override
  protected void check() {}

  @Override
  protected List<Requirement> measure(
      Path scratch, BiConsumer<String, Double> progress, Summary summary) throws IOException {
    Set<Part> wanted = EnumSet.noneOf(Part.class);
    choices.forEach(choice -> wanted.addAll(choice.parts()));
    AlignBenchmark benchmark =
        isSmoke()
            ? AlignBenchmark.smoke(wanted, scratch, progress)
            : AlignBenchmark.full(wanted, scratch, progress);
    Report report = benchmark.run();
    summary.text("native_allocator", Allocator.inUse());
    summary.count("parameters", report.parameters());
    summary.count("rollout_parameters", report.rolloutParameters());
    summary.text("precision", report.precision().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    MeasurementTable.add(report.measurements(), summary);
    MeasurementTable.addRemarks(report.remarks(), summary);
    return report.requirements();
  }

  /** Reads the name of a part, or of all of them. */
  static final class ChoiceConverter implements ITypeConverter<Choice> {
    @Override
    public Choice convert(String text) {
      if (text.equals("all")) {
        return new Choice(EnumSet.allOf(Part.class));
      }
      for (Part part : Part.values()) {
        if (text.equals(part.name().toLowerCase(Locale.ROOT))) {
          return new Choice(EnumSet.of(part));
        }
      }
      throw new TypeConversionException(
          "expected steps, memory, adapter, rollouts or all but was '" + text + "'");
    }
  }
}
