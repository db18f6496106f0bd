package io.github.maque.examples.cli;

import static java.util.regex.Pattern.CASE_INSENSITIVE;

import io.github.maque.data.Document;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.examples.align.FormatDetection;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name files of documents and say how they are laid out. */
final class DocumentInput {
  private static final Pattern DOCUMENTS =
      Pattern.compile("\\.(json|jsonl|ndjson|gz|tgz|zst|xz|bz2|tar|zip)$", CASE_INSENSITIVE);

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

  /**
   * Returns the texts of the documents, or of mere text files the lines.
   *
   * @param encoding of text files; null for UTF-8
   */
  TextSource texts(@Nullable Charset encoding) throws IOException {
    if (!holdsDocuments()) {
      return TextSource.files(
          paths.stream().map(Path::of).toList(),
          encoding == null ? StandardCharsets.UTF_8 : encoding);
    }
    if (encoding != null) {
      throw new IllegalArgumentException(
          "--encoding is that of text files: JSON and packed files are UTF-8");
    }
    RecordSource<Document> documents = open();
    long size = documents.sizeInBytes();
    return new TextSource() {
      @Override
      public void forEach(Consumer<? super String> sink) throws IOException {
        documents.forEach(document -> sink.accept(document.text()));
      }

      @Override
      public long sizeInBytes() {
        return size;
      }
    };
  }

  /**
   * Returns whether the files hold documents, rather than mere text: options say so, or the name of
   * one that it is JSON or packed.
   */
  private boolean holdsDocuments() {
    return format != Format.AUTO
        || !fields.isEmpty()
        || separator != null
        || paths.stream().anyMatch(DocumentInput::namesDocuments);
  }

  private static boolean namesDocuments(String path) {
    if (DOCUMENTS.matcher(path).find()) {
      return true;
    }
    Path directory = Path.of(path);
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.anyMatch(file -> DOCUMENTS.matcher(file.toString()).find());
    } catch (IOException | UncheckedIOException e) {
      return false; // Whoever reads them tells what is wrong.
    }
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
