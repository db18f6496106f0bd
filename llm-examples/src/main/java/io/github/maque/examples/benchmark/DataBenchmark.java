package io.github.maque.examples.benchmark;

import io.github.maque.data.Document;
import io.github.maque.data.clean.Cleaning;
import io.github.maque.data.clean.DuplicateSurvey;
import io.github.maque.data.clean.NearDuplicates;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.ConcatenatedSequences;
import io.github.maque.data.pack.Sequences;
import io.github.maque.data.shard.DatasetBuilder;
import io.github.maque.data.shard.Split;
import io.github.maque.data.shard.TokenDataset;
import io.github.maque.data.source.RecordFormat;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures how fast stories in an archive become shards, and shards become batches, beside the
 * tokenizer alone on the same text and beside unpacking alone.
 */
public final class DataBenchmark {
  private static final long SEED = 1;
  private static final int VOCABULARY = 6400;

  private final Settings settings;
  private final Path scratch;
  private final BiConsumer<String, Double> progress;
  private final List<Row> rows = new ArrayList<>();
  private final List<Requirement> requirements = new ArrayList<>();

  /**
   * What to measure with.
   *
   * @param archiveBytes how large the archive is, unpacked
   * @param threads how many threads encode
   * @param rounds how many turns every contestant has
   * @param turnSeconds how long a turn lasts at least
   * @param sequenceLength how many tokens a sequence of a batch has
   * @param batchSize how many sequences a batch has
   */
  public record Settings(
      long archiveBytes,
      int threads,
      int rounds,
      double turnSeconds,
      int sequenceLength,
      int batchSize) {

    /** Returns what the project's promises are about. */
    public static Settings full(int threads) {
      return new Settings(200_000_000, threads, 5, 0.5, 512, 16);
    }

    /** Returns settings that try everything out in seconds and measure nothing of use. */
    public static Settings smoke(int threads) {
      return new Settings(3_000_000, threads, 1, 0, 64, 4);
    }

    /** Returns these settings with an archive of another size. */
    public Settings withArchiveBytes(long bytes) {
      return new Settings(bytes, threads, rounds, turnSeconds, sequenceLength, batchSize);
    }
  }

  /**
   * The speed of a contestant.
   *
   * @param group what is measured
   * @param name who it is
   * @param perSecond the median over the rounds
   * @param unit what it counts
   * @param spread how far the rounds are apart, as a part of the median
   */
  public record Row(String group, String name, double perSecond, String unit, double spread) {}

  /**
   * What was measured.
   *
   * @param stories how many stories the archive has
   * @param archiveBytes the size of the archive
   * @param unpackedBytes its size unpacked
   * @param textBytes how much of that is the text of stories
   */
  public record Report(
      long stories,
      long archiveBytes,
      long unpackedBytes,
      long textBytes,
      List<Row> rows,
      List<Requirement> requirements) {}

  /**
   * Creates a benchmark.
   *
   * @param scratch a directory for the archive and the shards
   * @param progress hears what is being done, and which part of it is
   */
  public DataBenchmark(Settings settings, Path scratch, BiConsumer<String, Double> progress) {
    this.settings = settings;
    this.scratch = scratch;
    this.progress = progress;
  }

  /** Runs it. */
  public Report run() throws IOException {
    progress.accept("make the archive", 0.0);
    Path archive = scratch.resolve("stories.tar.gz");
    StoryArchive.write(archive, settings.archiveBytes, SEED);
    RecordSource<Document> source = RecordSource.of(RecordFormat.tinyStoriesChinese(), archive);
    List<byte[]> texts = new ArrayList<>();
    source.forEach(story -> texts.add(story.text().getBytes(StandardCharsets.UTF_8)));
    long textBytes = texts.stream().mapToLong(text -> text.length).sum();
    progress.accept("train a tokenizer", 0.0);
    BpeTokenizer tokenizer = train(texts);

    Path shards = scratch.resolve("shards");
    prepare(source, archive, tokenizer, texts, textBytes, shards);
    detectNearDuplicates(texts);
    assembleBatches(shards);
    return new Report(
        texts.size(), Files.size(archive), unpackedSize(archive), textBytes, rows, requirements);
  }

  private static BpeTokenizer train(List<byte[]> texts) throws IOException {
    List<String> sample = new ArrayList<>();
    long bytes = 0;
    for (int i = 0; i < texts.size() && bytes < 20_000_000; i++) {
      sample.add(new String(texts.get(i), StandardCharsets.UTF_8));
      bytes += texts.get(i).length;
    }
    return BpeTrainer.byteLevel()
        .vocabularySize(VOCABULARY)
        .preTokenizer(PreTokenPattern.CHINESE)
        .eos("<|endoftext|>")
        .train(TextSource.of(sample))
        .tokenizer();
  }

  private void prepare(
      RecordSource<Document> source,
      Path archive,
      BpeTokenizer tokenizer,
      List<byte[]> texts,
      long textBytes,
      Path shards)
      throws IOException {
    int threads = settings.threads;
    String together = threads + (threads == 1 ? " thread" : " threads");
    Path plain = unpack(archive);
    RecordSource<Document> unpacked = RecordSource.of(source.format(), plain);
    Cleaning cleaning = Cleaning.stories();
    Race race = new Race(settings.rounds, settings.turnSeconds);
    race.add("encode from memory, " + together, () -> encode(tokenizer, texts));
    race.add("unpack gzip alone, 1 thread", () -> unpackedSize(archive));
    race.add("unpack and parse, 1 thread", () -> read(source));
    race.add(
        "unpack gzip and encode from memory at once, 1 + " + together,
        () -> unpackAndEncode(archive, tokenizer, texts));
    race.add(
        "prepare tar.gz, " + together, () -> build(source, Cleaning.none(), tokenizer, shards));
    race.add(
        "prepare plain JSON lines, " + together,
        () -> build(unpacked, Cleaning.none(), tokenizer, shards));
    race.add(
        "prepare tar.gz, cleaned, " + together, () -> build(source, cleaning, tokenizer, shards));
    race.add(
        "prepare tar.gz, cleaned, without near duplicates, " + together,
        () ->
            build(
                source,
                cleaning.withoutNearDuplicates(NearDuplicates.chinese()),
                tokenizer,
                shards));
    List<Race.Speed> speeds = race.run(textBytes, progress);
    add("text of stories", "MB/s", speeds);
    double encoding = speeds.get(0).mbPerSecond();
    double both = speeds.get(3).mbPerSecond();
    double preparing = speeds.get(4).mbPerSecond();
    requirements.add(
        Requirement.atLeast(
                "prepare from tar.gz against encoding from memory, " + together,
                0.7,
                "×",
                preparing / encoding)
            .withPossible(both / encoding));
    requirements.add(
        Requirement.atLeast(
            "prepare from tar.gz against unpacking and encoding alone, at once",
            0.7,
            "×",
            preparing / both));
    Files.delete(plain);
  }

  private void detectNearDuplicates(List<byte[]> texts) throws IOException {
    DuplicateSurvey survey =
        Objects.requireNonNull(
            Cleaning.none().withoutNearDuplicates(NearDuplicates.chinese()).survey());
    List<String> stories = new ArrayList<>();
    texts.forEach(text -> stories.add(new String(text, StandardCharsets.UTF_8)));
    Race race = new Race(settings.rounds, settings.turnSeconds);
    race.add("sign, 1 thread", () -> sign(survey, stories, null));
    race.add("sign and decide, 1 thread", () -> signAndDecide(survey, stories));
    List<Race.Speed> speeds = race.run(1_000L * stories.size(), progress);
    add("near duplicates", "thousand stories/s", speeds);
    requirements.add(
        Requirement.atLeast(
            "near-duplicate detection, 1 thread", 10, "k stories/s", speeds.get(1).mbPerSecond()));
  }

  private void assembleBatches(Path shards) throws IOException {
    TokenDataset dataset = TokenDataset.open(shards, Split.TRAIN);
    ConcatenatedSequences plain = ConcatenatedSequences.of(dataset, settings.sequenceLength);
    long tokens = plain.size() * settings.sequenceLength;
    Race race = new Race(settings.rounds, settings.turnSeconds);
    race.add("batches, 1 thread", () -> drain(plain));
    race.add("batches with a document mask, 1 thread", () -> drain(plain.documentMask()));
    List<Race.Speed> speeds = race.run(tokens, progress);
    add("shuffled batches", "M tokens/s", speeds);
    requirements.add(
        Requirement.atLeast(
            "batch assembly, 1 thread", 200, "M tokens/s", speeds.get(0).mbPerSecond()));
    requirements.add(
        Requirement.atLeast(
            "batch assembly with a document mask, 1 thread",
            200,
            "M tokens/s",
            speeds.get(1).mbPerSecond()));
  }

  private void add(String group, String unit, List<Race.Speed> speeds) {
    for (Race.Speed speed : speeds) {
      rows.add(new Row(group, speed.name(), speed.mbPerSecond(), unit, speed.spread()));
    }
  }

  private void encode(BpeTokenizer tokenizer, List<byte[]> texts) {
    IntStream.range(0, settings.threads)
        .mapToObj(part -> start(() -> encodePart(tokenizer, texts, part)))
        .toList()
        .forEach(DataBenchmark::join);
  }

  /** What a preparation cannot do without, on as many cores as there are. */
  private void unpackAndEncode(Path archive, BpeTokenizer tokenizer, List<byte[]> texts) {
    Thread unpacking = start(() -> unpackedSize(archive));
    encode(tokenizer, texts);
    join(unpacking);
  }

  private void encodePart(BpeTokenizer tokenizer, List<byte[]> texts, int part) {
    EncodeOptions options = EncodeOptions.TEXT.withEos(true);
    IdBuffer ids = new IdBuffer();
    for (int i = part; i < texts.size(); i += settings.threads) {
      byte[] text = texts.get(i);
      ids.clear();
      tokenizer.encodeUtf8(text, 0, text.length, options, ids);
    }
  }

  private static Thread start(Runnable work) {
    Thread thread = new Thread(work, "maque-bench");
    thread.start();
    return thread;
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static long unpackedSize(Path archive) {
    byte[] buffer = new byte[1 << 16];
    long size = 0;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(archive), 1 << 16)) {
      for (int read; (read = in.read(buffer)) >= 0; ) {
        size += read;
      }
      return size;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same bytes without gzip; the tar around the lines stays. */
  private Path unpack(Path archive) throws IOException {
    Path plain = scratch.resolve("stories.tar");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(archive), 1 << 16);
        OutputStream out = Files.newOutputStream(plain)) {
      in.transferTo(out);
    }
    return plain;
  }

  private static void read(RecordSource<Document> source) {
    try {
      source.forEach(story -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void build(
      RecordSource<Document> source, Cleaning cleaning, BpeTokenizer tokenizer, Path directory) {
    try {
      delete(directory);
      DatasetBuilder.from(source)
          .cleaning(cleaning)
          .tokenizer(tokenizer)
          .threads(settings.threads)
          .build(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void signAndDecide(DuplicateSurvey survey, List<String> stories) {
    Path rowFile = scratch.resolve("rows");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(rowFile), 1 << 16)) {
        sign(survey, stories, out);
      }
      survey.resolve(rowFile, scratch.resolve("decisions"), scratch, 1, done -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void sign(
      DuplicateSurvey survey, List<String> stories, @Nullable OutputStream out) {
    ByteBuffer row = ByteBuffer.allocate(survey.rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
    try {
      for (String story : stories) {
        row.clear();
        survey.sign(story, row);
        if (out != null) {
          out.write(row.array());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void drain(Sequences sequences) {
    try (BatchStream batches =
        BatchStream.of(sequences)
            .batchSize(settings.batchSize)
            .seed(SEED)
            .epochs(1)
            .prefetch(0)
            .open()) {
      for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
        batch.close();
      }
    }
  }
}
