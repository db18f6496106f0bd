package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.CorpusStatistics;
import io.github.maque.examples.benchmark.SyntheticChinese;
import io.github.maque.examples.benchmark.SyntheticCorpus;
import io.github.maque.examples.benchmark.SyntheticEnglish;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a synthetic corpus, and shows that it is like real text. */
@Command(
    name = "corpus",
    description = {
      "Makes the synthetic text that the benchmarks use, and shows its statistics beside those of"
          + " real text: what they measure means something only as far as the two are alike."
    })
final class BenchCorpus extends Verb {

  /** The languages there are. */
  enum Language {
    ZH,
    EN
  }

  @Option(
      names = "--language",
      paramLabel = "zh|en",
      description = "Chinese (the default) or English.")
  private Language language = Language.ZH;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "How much text (70m).")
  private ByteSize size = new ByteSize(70_000_000);

  @Option(names = "--seed", paramLabel = "N", description = "Another number, another corpus (1).")
  private long seed = 1;

  @Option(names = "--out", paramLabel = "FILE", description = "Write the text to this file.")
  private @Nullable Path out;

  @Option(
      names = "--compare",
      paramLabel = "FILE",
      description = "Show the statistics of as much of this real text beside it.")
  private @Nullable Path real;

  @Override
  protected Summary run() throws IOException {
    SyntheticCorpus corpus =
        language == Language.ZH ? new SyntheticChinese(seed) : new SyntheticEnglish(seed);
    TextSource source = corpus.source(size.bytes());
    Summary summary = new Summary();
    CorpusStatistics synthetic = new CorpusStatistics();
    try (Progress progress = progress()) {
      if (out != null) {
        write(source, out, progress);
        summary.text("out", out.toString());
      }
      long start = System.nanoTime();
      long[] made = {0};
      source.forEach(text -> made[0] += text.length());
      double seconds = (System.nanoTime() - start) / 1e9;
      summary.number("mb_per_second", size.bytes() / 1e6 / seconds, "MB/s");
      source.forEach(synthetic::add);
    }
    Map<String, Double> figures = synthetic.figures();
    summary.data("synthetic", figures);
    if (real == null) {
      figures.forEach(
          (name, value) -> summary.print(String.format(Locale.ROOT, "%-38s %14.4f", name, value)));
      return summary;
    }
    CorpusStatistics other = CorpusStatistics.of(real, size.bytes());
    Map<String, Double> realFigures = other.figures();
    summary.data("real", realFigures);
    summary.print(String.format("%-38s %14s %14s", "", "synthetic", "real"));
    figures.forEach(
        (name, value) ->
            summary.print(
                String.format(
                    Locale.ROOT, "%-38s %14.4f %14.4f", name, value, realFigures.get(name))));
    return summary;
  }

  private void write(TextSource source, Path file, Progress progress) throws IOException {
    try (OutputFile output = OutputFile.create(file)) {
      long[] written = {0};
      source.forEach(
          text -> {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            try {
              output.write(ByteBuffer.wrap(utf8));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            written[0] += utf8.length;
            progress.update("Writing", written[0], size.bytes(), Progress.BYTES);
          });
      output.commit();
    }
  }
}
