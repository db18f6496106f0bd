package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.Requirement;
import io.github.maque.examples.benchmark.TokenizerBenchmark;
import io.github.maque.examples.benchmark.TokenizerBenchmark.Part;
import io.github.maque.examples.benchmark.TokenizerBenchmark.Report;
import io.github.maque.examples.benchmark.TokenizerBenchmark.Row;
import io.github.maque.examples.benchmark.TokenizerBenchmark.Settings;
import io.github.maque.examples.benchmark.TokenizerBenchmark.Table;
import io.github.maque.examples.benchmark.TokenizerBenchmark.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Measures the tokenizer beside those of others. */
@Command(
    name = "tokenizer",
    description = {
      "Measures encoding and training beside HF tokenizers, jtokkit and SentencePiece: the same"
          + " text and vocabulary, contestants in turn, medians. Fails if the ids differ.",
      "Trainings run in JVMs of their own with the heap they are promised to fit in."
    })
final class BenchTokenizer extends BenchVerb {

  @Option(
      names = "--what",
      split = ",",
      converter = PartConverter.class,
      paramLabel = "PART",
      description = "encode-zh, encode-en, train, train-large; all of them if not given.")
  private Set<Part> parts = EnumSet.allOf(Part.class);

  @Option(
      names = "--corpus",
      paramLabel = "FILE",
      description = "Chinese text in UTF-8; a synthetic one if not given (see maque bench corpus).")
  private @Nullable Path corpus;

  @Option(
      names = "--english",
      paramLabel = "FILE",
      description = "English text in UTF-8; a synthetic one if not given.")
  private @Nullable Path english;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "How much Chinese text to learn vocabularies from (70m).")
  private @Nullable ByteSize size;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that train, and that encode where more than one is measured (2).")
  private int threads = 2;

  @Override
  protected void check() throws IOException {
    requirePositive("--threads", threads);
    for (Path file : new Path[] {corpus, english}) {
      if (file != null && !Files.isRegularFile(file)) {
        throw new NoSuchFileException(file.toString(), null, "expected a text file");
      }
    }
  }

  @Override
  protected List<Requirement> measure(
      Path scratch, BiConsumer<String, Double> progress, Summary summary) throws IOException {
    Settings settings = isSmoke() ? Settings.smoke(parts, threads) : Settings.full(parts, threads);
    settings = settings.withTexts(corpus, english);
    if (size != null) {
      settings = settings.withTrainingBytes(size.bytes());
    }
    Report report = new TokenizerBenchmark(settings, scratch, progress).run();
    summary.data("tables", report.tables().stream().map(BenchTokenizer::data).toList());
    summary.data("trainings", report.trainings().stream().map(BenchTokenizer::data).toList());
    report.tables().forEach(table -> print(table, summary));
    report.trainings().forEach(training -> print(training, summary));
    return report.requirements();
  }

  private static void print(Table table, Summary summary) {
    summary.print("");
    summary.print(
        String.format(
            Locale.ROOT,
            "%s: %s, %.2f bytes per token",
            table.title(),
            ByteSize.toText(table.bytes()),
            table.bytesPerToken()));
    for (Row row : table.rows()) {
      summary.print(
          String.format(
              Locale.ROOT,
              "  %-24s %9.2f MB/s  spread %3.0f %%  ours is %6.2f ×",
              row.name(),
              row.mbPerSecond(),
              100 * row.spread(),
              row.ratio()));
    }
  }

  private static void print(Training training, Summary summary) {
    summary.print("");
    summary.print(
        String.format(
            Locale.ROOT,
            "Training a %s: %.1f s, %.1f MB/s, heap at most %s of %s, process %s;"
                + " %,d different pre-tokens, %,d more forgotten",
            training.title(),
            training.seconds(),
            training.mbPerSecond(),
            ByteSize.toText(training.peakHeapBytes()),
            ByteSize.toText(training.heapLimitBytes()),
            training.peakProcessBytes() < 0 ? "-" : ByteSize.toText(training.peakProcessBytes()),
            training.uniquePreTokens(),
            training.prunedPreTokens()));
  }

  private static Map<String, Object> data(Table table) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("title", table.title());
    data.put("bytes", table.bytes());
    data.put("bytes_per_token", table.bytesPerToken());
    data.put("rows", table.rows().stream().map(BenchTokenizer::data).toList());
    return data;
  }

  private static Map<String, Object> data(Row row) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", row.name());
    data.put("mb_per_second", row.mbPerSecond());
    data.put("spread", row.spread());
    data.put("ours_is_times", row.ratio());
    return data;
  }

  private static Map<String, Object> data(Training training) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("title", training.title());
    data.put("heap_limit_bytes", training.heapLimitBytes());
    data.put("seconds", training.seconds());
    data.put("mb_per_second", training.mbPerSecond());
    data.put("peak_heap_bytes", training.peakHeapBytes());
    data.put("peak_process_bytes", training.peakProcessBytes());
    data.put("unique_pre_tokens", training.uniquePreTokens());
    data.put("pruned_pre_tokens", training.prunedPreTokens());
    return data;
  }

  /** Reads {@code encode-zh} and the like. */
  static final class PartConverter implements ITypeConverter<Part> {
    @Override
    public Part convert(String value) {
      try {
        return Part.valueOf(value.toUpperCase(Locale.ROOT).replace('-', '_'));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "expected encode-zh, encode-en, train or train-large, got '" + value + "'");
      }
    }
  }
}
