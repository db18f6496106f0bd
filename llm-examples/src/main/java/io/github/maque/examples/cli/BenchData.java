package io.github.maque.examples.cli;

import io.github.maque.examples.benchmark.DataBenchmark;
import io.github.maque.examples.benchmark.DataBenchmark.Report;
import io.github.maque.examples.benchmark.DataBenchmark.Row;
import io.github.maque.examples.benchmark.DataBenchmark.Settings;
import io.github.maque.examples.benchmark.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the way from an archive to batches. */
@Command(
    name = "data",
    description = {
      "Measures how fast stories in a tar.gz become shards, and shards batches, beside the"
          + " tokenizer alone on the same text and beside unpacking alone; contestants in turn,"
          + " medians."
    })
final class BenchData extends BenchVerb {

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description = "How large the archive is, unpacked (200m).")
  private @Nullable ByteSize size;

  @Option(names = "--threads", paramLabel = "N", description = "Threads that encode (2).")
  private int threads = 2;

  @Override
  protected void check() {
    requirePositive("--threads", threads);
  }

  @Override
  protected List<Requirement> measure(
      Path scratch, BiConsumer<String, Double> progress, Summary summary) throws IOException {
    Settings settings = isSmoke() ? Settings.smoke(threads) : Settings.full(threads);
    if (size != null) {
      settings = settings.withArchiveBytes(size.bytes());
    }
    Report report = new DataBenchmark(settings, scratch, progress).run();
    summary.count("stories", report.stories());
    summary.bytes("archive_bytes", report.archiveBytes());
    summary.bytes("unpacked_bytes", report.unpackedBytes());
    summary.bytes("text_bytes", report.textBytes());
    summary.data("rows", report.rows().stream().map(BenchData::data).toList());
    String group = "";
    for (Row row : report.rows()) {
      if (!row.group().equals(group)) {
        group = row.group();
        summary.print("");
        summary.print(group);
      }
      summary.print(
          String.format(
              Locale.ROOT,
              "  %-62s %8.1f %s  spread %3.0f %%",
              row.name(),
              row.perSecond(),
              row.unit(),
              100 * row.spread()));
    }
    return report.requirements();
  }

  private static Map<String, Object> data(Row row) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("group", row.group());
    data.put("name", row.name());
    data.put("per_second", row.perSecond());
    data.put("unit", row.unit());
    data.put("spread", row.spread());
    return data;
  }
}
