package io.github.maque.examples.cli;

import io.github.maque.data.shard.Split;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what prepared data, or files of documents, are like. */
@Command(
    name = "stats",
    description = {
      "Shows how long documents are and which are there more than once; of prepared data also which"
          + " tokens are frequent, and how well documents fill rows.",
      "Everything is looked at. While it runs, files of 24 bytes a document lie in the system's"
          + " directory for temporary ones."
    })
final class DataStats extends Verb {

  /** What to look at: one or the other. */
  static final class Subject {
    @ArgGroup(exclusive = false)
    private @Nullable PreparedData prepared;

    @ArgGroup(exclusive = false)
    private @Nullable DocumentInput files;
  }

  @ArgGroup(multiplicity = "1")
  private @Nullable Subject subject;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "Which split of prepared data to look at (train).")
  private @Nullable String split;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR|FILE",
      description = "The tokenizer that made the data, to show text instead of ids.")
  private @Nullable Path tokenizer;

  @Option(
      names = "--window",
      split = ",",
      paramLabel = "T",
      description = "Row lengths to look at, in tokens (512,1024,2048).")
  private @Nullable List<Integer> windows;

  @Option(
      names = "--histogram",
      paramLabel = "FILE",
      description = "Draw how long documents are into this PNG file.")
  private @Nullable Path histogram;

  @Override
  protected Summary run() throws IOException {
    if (histogram != null) {
      OutputFile.check(histogram);
    }
    Subject chosen = Objects.requireNonNull(subject);
    return chosen.prepared != null
        ? ofPrepared(chosen.prepared)
        : ofFiles(Objects.requireNonNull(chosen.files));
  }

  private Summary ofPrepared(PreparedData data) throws IOException {
    List<Integer> lengths = windows == null ? List.of(512, 1024, 2048) : windows;
    for (int window : lengths) {
      requirePositive("--window", window);
    }
    Tokenizer maker = tokenizer == null ? null : data.load(tokenizer);
    String name = split == null ? Split.TRAIN : split;
    TokenFigures figures =
        new TokenFigures(data.path() + ", split " + name, data.open(name), lengths);
    try (Progress progress = progress()) {
      figures.read((done, total) -> progress.update("Reading", done, total, "documents"));
    }
    Summary summary = new Summary().text("split", name);
    figures.addTo(summary, maker);
    draw(figures.lengths(), "tokens", summary);
    return summary;
  }

  private Summary ofFiles(DocumentInput input) throws IOException {
    if (split != null || tokenizer != null || windows != null) {
      throw rejection("--split, --tokenizer and --window go with --data");
    }
    TextFigures figures = new TextFigures(input.open());
    try (Progress progress = progress()) {
      figures.read((done, total) -> progress.update("Reading", done, total, Progress.BYTES));
    }
    Summary summary = new Summary();
    figures.addTo(summary);
    draw(figures.lengths(), "characters", summary);
    return summary;
  }

  private void draw(LengthFigures lengths, String unit, Summary summary) throws IOException {
    if (histogram != null) {
      HistogramPicture.write(lengths, unit, histogram);
      summary.text("histogram", histogram.toString());
    }
  }
}
