package io.github.maque.examples.cli;

import io.github.maque.data.Document;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name files of documents and say how they are laid out. */
final class DocumentInput {

  /** What {@code --format} chooses from. */
  enum Format {
    AUTO,
    JSON,
    TINYSTORIES_ZH,
    LINES,
    PARAGRAPHS,
    SEPARATED,
    FILES;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Files, directories (all files below them) and patterns such as 'data/*.jsonl.gz'. Gzip,"
              + " zstd, xz, bzip2, tar and zip are unpacked.")
  private List<String> paths = List.of();

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description =
          "json: objects, one per line or in an array; tinystories-zh: json with story_zh; lines;"
              + " paragraphs: blank lines between documents; separated: by --separator; files: each"
              + " is one document; auto (the default): as the first records look.")
  private Format format = Format.AUTO;

  @Option(
      names = "--field",
      split = ",",
      paramLabel = "NAME",
      description =
          "Where the text is in a JSON object, as in data.text; of several names the first one that"
              + " is there. Otherwise story_zh, story, text or content.")
  private List<String> fields = List.of();

  @Option(
      names = "--separator",
      paramLabel = "TEXT",
      description = "What stands between documents (<|endoftext|>).")
  private @Nullable String separator;

  @Option(
      names = "--max-errors",
      paramLabel = "SHARE",
      description = "Which share of the records may be unreadable (0.001).")
  private double maxErrors = 0.001;

  /**
   * Returns the documents.
   *
   * @throws IllegalArgumentException if the options do not fit together, or do not fit the files
   */
  RecordSource<Document> open() throws IOException {
    check();
    return open(paths);
  }

  /** Returns the documents of other files, laid out as the same options say. */
  RecordSource<Document> open(List<String> others) throws IOException {
    return RecordSource.of(format(others), others).maxErrorRate(maxErrors);
  }

  private void check() {
    if (!fields.isEmpty() && format != Format.AUTO && format != Format.JSON) {
      throw new IllegalArgumentException("--field goes with --format json, got " + format);
    }
    if (separator != null && format != Format.AUTO && format != Format.SEPARATED) {
      throw new IllegalArgumentException("--separator goes with --format separated, got " + format);
    }
    if (separator != null && !fields.isEmpty()) {
      throw new IllegalArgumentException("--field and --separator exclude each other");
    }
    Shares.require("--max-errors", maxErrors);
  }

  private RecordFormat<Document> format(List<String> files) throws IOException {
    return switch (format) {
      case AUTO -> {
        if (!fields.isEmpty()) {
          yield json();
        }
        yield separator == null
            ? FormatDetection.detect(files)
            : RecordFormat.separatedBy(separator);
      }
      case JSON -> fields.isEmpty() ? FormatDetection.detectJson(files) : json();
      case TINYSTORIES_ZH -> RecordFormat.tinyStoriesChinese();
      case LINES -> RecordFormat.lines();
      case PARAGRAPHS -> RecordFormat.paragraphs();
      case SEPARATED ->
          RecordFormat.separatedBy(separator == null ? FormatDetection.SEPARATOR : separator);
      case FILES -> RecordFormat.wholeFiles();
    };
  }

  private RecordFormat<Document> json() {
    return RecordFormat.json(fields.toArray(String[]::new));
  }
}
