package io.github.maque.examples.cli;

import com.google.gson.GsonBuilder;
import io.github.maque.data.Document;
import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.CleaningReport;
import io.github.maque.data.shard.DatasetBuilder;
import io.github.maque.data.shard.Manifest;
import io.github.maque.data.shard.PreparationProgress;
import io.github.maque.data.shard.Split;
import io.github.maque.data.source.RecordSource;
import io.github.maque.examples.pretrain.DataTokenizer;
import io.github.maque.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Turns files of documents into a directory of token shards. */
@Command(
    name = "prepare",
    description = {
      "Turns files of documents into token shards: reads, cleans, drops duplicates, encodes, and"
          + " writes indexed data sets as Megatron-LM reads them, with a manifest and the tokenizer.",
      "Killed at whatever moment, the same command goes on where it was."
    })
final class DataPrepare extends Verb {
  private static final String VALIDATION = "validation";

  /** Where a {@link DatasetBuilder} keeps unfinished work. */
  private static final String WORKING_FILES = ".preparation";

  @Mixin private final DocumentInput input = new DocumentInput();

  @Mixin private final TokenizerSource tokenizerSource = new TokenizerSource();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "The directory to write; one that holds the same data is left as it is.")
  private Path out = Path.of("");

  @Option(
      names = "--validation",
      paramLabel = "SHARE",
      description =
          "Hold out this share, chosen by the documents' hashes: whatever is added, it stays.")
  private @Nullable Double validation;

  @Option(
      names = "--validation-documents",
      paramLabel = "N",
      description = "Hold out the first N documents instead.")
  private @Nullable Long validationDocuments;

  @Mixin private final CleaningOptions cleaningOptions = new CleaningOptions();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description =
          "Write here what was dropped for which reason, with samples: as JSON if the name ends in"
              + " .json, otherwise as text.")
  private @Nullable Path report;

  @Option(names = "--no-eos", description = "Put no EOS token behind the documents.")
  private boolean noEos;

  @Option(
      names = "--shard-tokens",
      paramLabel = "N",
      description = "How many tokens a shard has at least, the last one apart (100000000).")
  private long shardTokens = 100_000_000;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads that clean and encode; all processors if not given. The shards are the same.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Override
  protected Summary run() throws IOException {
    check();
    Tokenizer tokenizer = tokenizerSource.load();
    if (!noEos && tokenizer.specialTokens().eos().isEmpty()) {
      throw rejection(tokenizerSource.path() + " has no EOS token; --no-eos does without one");
    }
    RecordSource<Document> documents = input.open();
    Cleaning cleaning = cleaningOptions.cleaning(input);
    boolean finished = Files.exists(out.resolve(Manifest.FILE));
    boolean resumed = !finished && Files.exists(out.resolve(WORKING_FILES));
    StageTimes times = new StageTimes();
    Manifest manifest;
    try (Progress progress = progress()) {
      manifest =
          DatasetBuilder.from(documents)
              .cleaning(cleaning)
              .tokenizer(tokenizer)
              .endOfDocument(!noEos)
              .split(split())
              .shardTokens(shardTokens)
              .threads(threads)
              .progress(
                  (stage, done, total) -> {
                    times.enter(stage);
                    show(progress, stage, done, total);
                  })
              .build(out);
    }
    times.stop();
    Path kept = DataTokenizer.keep(tokenizer, tokenizerSource.path(), out);
    PreparationFigures figures = new PreparationFigures(out, manifest);
    if (report != null) {
      write(figures.cleaning(), report);
    }
    Summary summary =
        new Summary()
            .text("out", out.toString())
            .text("tokenizer", kept.toString())
            .text("format", documents.format().name())
            .count("input_files", documents.files().size())
            .bytes("input_bytes", documents.sizeInBytes())
            .data("resumed", resumed)
            .data("finished_before", finished);
    if (resumed) {
      summary.print("resumed", "yes, an earlier run was interrupted");
    }
    if (finished) {
      summary.print("finished before", "yes, nothing was left to do");
    }
    figures.addTo(summary);
    if (!finished) {
      times.addTo(summary);
    }
    if (!finished && !resumed) {
      // Otherwise one cannot tell how much of it was done in this time.
      double seconds = times.seconds();
      summary
          .number("mb_per_second", figures.textBytes() / 1e6 / seconds, "MB/s of text")
          .number("tokens_per_second", figures.tokens() / seconds, "");
    }
    return summary;
  }

  private void check() throws IOException {
    if (out.toString().isEmpty()) {
      throw rejection("--out must name a directory, got an empty name");
    }
    if (validation != null && validationDocuments != null) {
      throw rejection("--validation and --validation-documents exclude each other");
    }
    requirePositive("--threads", threads);
    requirePositive("--shard-tokens", shardTokens);
    if (report != null) {
      OutputFile.check(report);
    }
  }

  private Split split() {
    if (validation != null) {
      return Split.none().holdOut(VALIDATION, validation);
    }
    return validationDocuments == null
        ? Split.none()
        : Split.none().holdOutFirst(VALIDATION, validationDocuments);
  }

  private static void show(
      Progress progress, PreparationProgress.Stage stage, long done, long total) {
    switch (stage) {
      case SURVEY -> progress.update("Looking for duplicates", done, total, Progress.BYTES);
      case COMPARE -> progress.update("Comparing", done / 10, total / 10, "%");
      case ENCODE -> progress.update("Encoding", done, total, Progress.BYTES);
    }
  }

  private static void write(CleaningReport cleaning, Path file) throws IOException {
    boolean json = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
    String text =
        json
            ? new GsonBuilder()
                    .disableHtmlEscaping()
                    .setPrettyPrinting()
                    .create()
                    .toJson(cleaning.toJson())
                + "\n"
            : cleaning.toText();
    try (OutputFile output = OutputFile.create(file)) {
      output.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      output.commit();
    }
  }
}
