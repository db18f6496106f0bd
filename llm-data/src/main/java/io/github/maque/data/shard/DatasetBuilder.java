package io.github.maque.data.shard;

import io.github.maque.data.Document;
import io.github.maque.data.MalformedDataException;
import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.CleaningReport;
import io.github.maque.data.clean.DuplicateSurvey;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Turns documents into a directory of token shards: cleans them, encodes them, and writes indexed
 * datasets as Megatron-LM reads them, with a {@link Manifest}.
 *
 * <pre>{@code
 * Manifest manifest =
 *     DatasetBuilder.from(stories)
 *         .cleaning(Cleaning.stories().withoutExactDuplicates())
 *         .tokenizer(tokenizer)
 *         .split(Split.none().holdOut("validation", 0.01))
 *         .build(Path.of("data"));
 * }</pre>
 *
 * <p>The bytes of the shards depend on the documents and the settings alone, not on the number of
 * threads. If the process is killed, at whatever moment, {@code build} with the same settings and
 * the same directory goes on where it was, and makes the same files. Working files lie in {@code
 * .preparation} inside the directory until it is finished.
 */
public final class DatasetBuilder {
  /** Raised when the same settings would no longer make the same files. */
  private static final String VERSION = "1";

  /** How many input files a manifest names, which is read as a whole. */
  private static final int FILES_LISTED = 100;

  private final RecordSource<Document> source;
  private Cleaning cleaning = Cleaning.none();
  private @Nullable Tokenizer tokenizer;
  private boolean endOfDocument = true;
  private Split split = Split.none();
  private long shardTokens = 100_000_000;
  private int threads = Runtime.getRuntime().availableProcessors();
  private Duration recordEvery = Duration.ofSeconds(2);
  private PreparationProgress progress = (stage, done, total) -> {};

  private DatasetBuilder(RecordSource<Document> source) {
    this.source = source;
  }

  /** Returns a builder for the documents of {@code source}. */
  public static DatasetBuilder from(RecordSource<Document> source) {
    return new DatasetBuilder(Objects.requireNonNull(source, "source"));
  }

  /** Sets what is done to documents first; nothing, if this is not called. */
  public DatasetBuilder cleaning(Cleaning newCleaning) {
    cleaning = Objects.requireNonNull(newCleaning, "cleaning");
    return this;
  }

  /** Sets the tokenizer, without which nothing can be built. Special tokens in a text are text. */
  public DatasetBuilder tokenizer(Tokenizer newTokenizer) {
    tokenizer = Objects.requireNonNull(newTokenizer, "tokenizer");
    return this;
  }

  /** Sets whether every document ends with the tokenizer's EOS id, as it does otherwise. */
  public DatasetBuilder endOfDocument(boolean add) {
    endOfDocument = add;
    return this;
  }

  /** Sets what is held out; nothing, if this is not called. */
  public DatasetBuilder split(Split newSplit) {
    split = Objects.requireNonNull(newSplit, "split");
    return this;
  }

  /**
   * Sets how large a shard becomes: it ends with the document that makes it so large. 100 million
   * tokens otherwise, which are 200 MB for vocabularies below 65,500.
   */
  public DatasetBuilder shardTokens(long tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("shardTokens must be positive, got " + tokens);
    }
    shardTokens = tokens;
    return this;
  }

  /** Sets how many threads clean and encode; as many as there are processors otherwise. */
  public DatasetBuilder threads(int count) {
    if (count < 1 || count > 1024) {
      throw new IllegalArgumentException("threads must be between 1 and 1024, got " + count);
    }
    threads = count;
    return this;
  }

  /** Sets who hears how far the work has come. */
  public DatasetBuilder progress(PreparationProgress listener) {
    progress = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /** Sets how much work a kill may cost at most; 2 seconds otherwise. */
  DatasetBuilder recordEvery(Duration interval) {
    recordEvery = interval;
    return this;
  }

  /**
   * Builds the data set in {@code directory}, or finishes one that was interrupted there. Where the
   * same data set is finished already, nothing is done.
   *
   * @return what the directory holds
   * @throws MalformedDataException if the input is damaged, has too many unreadable records, or
   *     nothing is left of it
   * @throws IOException if a file cannot be read or written, or the directory holds something else
   * @throws IllegalArgumentException if the settings do not fit together, or input lies in the
   *     directory
   */
  public Manifest build(Path directory) throws IOException {
    if (tokenizer == null) {
      throw new IllegalArgumentException("tokenizer is not set");
    }
    if (endOfDocument && tokenizer.specialTokens().eos().isEmpty()) {
      throw new IllegalArgumentException(
          "the tokenizer has no EOS token; documents end with none only after endOfDocument(false)");
    }
    refuseOwnOutput(directory);
    EncodingPass.Plan plan =
        new EncodingPass.Plan(source, cleaning, tokenizer, endOfDocument, split, shardTokens);
    Execution execution = new Execution(threads, recordEvery, progress);
    try (Workplace workplace = Workplace.open(directory, settings(tokenizer))) {
      if (!workplace.isFinished()) {
        workplace.finish(build(plan, workplace, execution));
      }
      workplace.clear();
    }
    return Manifest.read(directory);
  }

  /** What is written must not become input when the work goes on after a kill. */
  private void refuseOwnOutput(Path directory) {
    Path target = directory.toAbsolutePath().normalize();
    for (Path file : source.files()) {
      if (file.toAbsolutePath().normalize().startsWith(target)) {
        throw new IllegalArgumentException(
            file + ": is input, and lies in the directory to write; expected one outside of it");
      }
    }
  }

  private Manifest build(EncodingPass.Plan plan, Workplace workplace, Execution execution)
      throws IOException {
    DuplicateSurvey duplicates = cleaning.survey();
    SurveyPass.Result survey =
        duplicates == null
            ? null
            : SurveyPass.run(
                source, cleaning, duplicates, workplace.directory("survey"), execution);
    try (Journal journal = new Journal(workplace.directory("shards"))) {
      EncodingPass pass = new EncodingPass(plan, survey, workplace.target(), journal, execution);
      pass.run();
      return manifest(plan, pass, workplace);
    }
  }

  private Manifest manifest(EncodingPass.Plan plan, EncodingPass pass, Workplace workplace)
      throws IOException {
    Map<String, List<Shard>> shards = pass.shards();
    CleaningReport report = pass.report();
    if (shards.values().stream().allMatch(List::isEmpty)) {
      throw new MalformedDataException(
          String.valueOf(source.files().get(0)),
          String.format(
              "no document is left of the %d in %d files; dropped: %s",
              report.documents(), source.files().size(), report.droppedByReason()));
    }
    Map<String, Object> preparation = new LinkedHashMap<>();
    preparation.put("settings", workplace.settings());
    preparation.put("input_files", source.files().size());
    preparation.put(
        "first_files", source.files().stream().limit(FILES_LISTED).map(Path::toString).toList());
    preparation.put("records", pass.state().tally().records());
    preparation.put("unreadable_records", pass.state().tally().errors());
    preparation.put("first_errors", pass.state().tally().shown());
    preparation.put("cleaning", report.toJson());
    Tokenizer encoder = plan.tokenizer();
    return new Manifest(
        TokenizerFiles.fingerprint(encoder),
        encoder.vocabularySize(),
        plan.tokenType(),
        endOfDocument ? encoder.specialTokens().eos() : OptionalInt.empty(),
        shards,
        preparation);
  }

  /** Everything that decides what is made. */
  private Map<String, Object> settings(Tokenizer encoder) throws IOException {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("version", VERSION);
    settings.put("format", source.format().name());
    settings.put("source", source.fingerprint());
    settings.put("cleaning", cleaning.names());
    settings.put("tokenizer", TokenizerFiles.fingerprint(encoder));
    settings.put("end_of_document", endOfDocument);
    settings.put("split", split.toString());
    settings.put("shard_tokens", shardTokens);
    return settings;
  }
}
