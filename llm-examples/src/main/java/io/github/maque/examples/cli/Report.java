package io.github.maque.examples.cli;

import io.github.maque.train.metric.HtmlReport;
import io.github.maque.train.metric.MetricsFile;
import io.github.maque.train.metric.RunDirectory;
import io.github.maque.train.metric.RunHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the report of a run anew. */
@Command(
    name = "report",
    description = {
      "Makes report.html and the pictures of a run anew from its metrics.jsonl, and shows what came"
          + " of it. The run may still go on."
    })
final class Report extends Verb {
  @Parameters(paramLabel = "RUN", description = "The directory that the run is kept in.")
  private Path run = Path.of("");

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "Write the page here instead, and no pictures beside it: it holds them in itself.")
  private @Nullable Path out;

  @Override
  protected Summary run() throws IOException {
    if (out != null) {
      OutputFile.check(out);
    }
    RunDirectory directory = new RunDirectory(run);
    Path metrics = directory.metrics();
    if (!Files.isRegularFile(metrics)) {
      throw new NoSuchFileException(
          metrics.toString(), null, "expected a directory that training has written");
    }
    RunHistory history = MetricsFile.read(metrics);
    Path page = out == null ? directory.report() : out;
    if (out == null) {
      HtmlReport.writeAll(run, history);
    } else {
      HtmlReport.write(out, history);
    }
    Summary summary = new Summary().text("report", page.toString());
    new RunFigures(history).addTo(summary);
    return summary;
  }
}
