package io.github.maque.examples.benchmark;

import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures the tokenizer beside others: the same text, the same vocabulary, in the same JVM, taking
 * turns.
 */
public final class TokenizerBenchmark {
  private static final long SEED = 1;
  private static final int GIGABYTE = 1_000_000_000;

  private final Settings settings;
  private final EncodeBenchmark encode;
  private final BiConsumer<String, Double> progress;
  private final Report report = new Report(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

  /** What can be measured. */
  public enum Part {
    /** Encoding Chinese with vocabularies of its own, and on several threads. */
    ENCODE_ZH,
    /** Encoding English with the vocabulary of GPT-4. */
    ENCODE_EN,
    /** Learning a vocabulary from tens of megabytes. */
    TRAIN,
    /** Learning a vocabulary from a gigabyte made on the fly. */
    TRAIN_LARGE
  }

  /**
   * What to measure with.
   *
   * @param parts what to measure
   * @param chinese a file of Chinese text, or null for a synthetic one
   * @param english a file of English text, or null for a synthetic one
   * @param trainingBytes how much Chinese text vocabularies are learned from
   * @param encodeBytes how much text is encoded
   * @param largeBytes how much text {@link Part#TRAIN_LARGE} learns from
   * @param vocabularySizes the vocabularies to encode Chinese with
   * @param threads how many threads train, and encode where that is measured
   * @param rounds how many turns every contestant has
   * @param turnSeconds how long a turn lasts at least
   */
  public record Settings(
      Set<Part> parts,
      @Nullable Path chinese,
      @Nullable Path english,
      long trainingBytes,
      long encodeBytes,
      long largeBytes,
      List<Integer> vocabularySizes,
      int threads,
      int rounds,
      double turnSeconds) {

    /** Returns what the project's promises are about. */
    public static Settings full(Set<Part> parts, int threads) {
      return new Settings(
          parts,
          null,
          null,
          70_000_000,
          8_000_000,
          GIGABYTE,
          List.of(6400, 32_000),
          threads,
          5,
          0.5);
    }

    /** Returns these settings with other texts; null stands for synthetic ones. */
    public Settings withTexts(@Nullable Path chineseText, @Nullable Path englishText) {
      return new Settings(
          parts,
          chineseText,
          englishText,
          trainingBytes,
          encodeBytes,
          largeBytes,
          vocabularySizes,
          threads,
          rounds,
          turnSeconds);
    }

    /** Returns these settings with another amount of text to learn from. */
    public Settings withTrainingBytes(long bytes) {
      return new Settings(
          parts,
          chinese,
          english,
          bytes,
          encodeBytes,
          largeBytes,
          vocabularySizes,
          threads,
          rounds,
          turnSeconds);
    }

    /** Returns settings that try everything out in seconds and measure nothing of use. */
    public static Settings smoke(Set<Part> parts, int threads) {
      return new Settings(
          parts, null, null, 1_000_000, 100_000, 2_000_000, List.of(1000), threads, 1, 0);
    }
  }

  /**
   * What was measured.
   *
   * @param tables the speeds of encoding
   * @param trainings the trainings
   * @param requirements the promises that the measurements speak of
   */
  public record Report(
      List<Table> tables, List<Training> trainings, List<Requirement> requirements) {}

  /**
   * The speeds of contestants in one race.
   *
   * @param title what was encoded
   * @param bytes how much text
   * @param bytesPerToken how much of it a token stands for
   * @param rows the contestants, ours first
   */
  public record Table(String title, long bytes, double bytesPerToken, List<Row> rows) {}

  /**
   * The speed of a contestant.
   *
   * @param name who it is
   * @param mbPerSecond the median over the rounds
   * @param spread how far the rounds are apart, as a part of the median
   * @param ratio how many times as fast ours is
   */
  public record Row(String name, double mbPerSecond, double spread, double ratio) {}

  /**
   * A training in a JVM of its own.
   *
   * @param title what was learned from
   * @param heapLimitBytes the heap the JVM was given
   * @param seconds how long it took, without the start of the JVM
   * @param mbPerSecond how fast that is
   * @param peakHeapBytes upper bound of the heap's largest size, garbage included
   * @param peakProcessBytes largest resident size of the JVM, or -1 if not known
   * @param uniquePreTokens how many different pre-tokens were learned from
   * @param prunedPreTokens how many were forgotten to stay within the memory
   */
  public record Training(
      String title,
      long heapLimitBytes,
      double seconds,
      double mbPerSecond,
      long peakHeapBytes,
      long peakProcessBytes,
      long uniquePreTokens,
      long prunedPreTokens) {}

  /**
   * Creates a benchmark.
   *
   * @param scratch a directory for files that others read
   * @param progress hears what is being done, and which part of it is
   */
  public TokenizerBenchmark(Settings settings, Path scratch, BiConsumer<String, Double> progress) {
    this.settings = settings;
    this.progress = progress;
    encode =
        new EncodeBenchmark(
            settings.rounds, settings.turnSeconds, settings.threads, scratch, progress);
  }

  /**
   * Runs it.
   *
   * @throws IOException if a corpus cannot be read or a training fails
   * @throws IllegalStateException if our ids are not those of the others
   */
  public Report run() throws IOException {
    if (settings.parts.contains(Part.ENCODE_ZH)) {
      encodeChinese();
    }
    if (settings.parts.contains(Part.ENCODE_EN)) {
      encodeEnglish();
    }
    if (settings.parts.contains(Part.TRAIN)) {
      train();
    }
    if (settings.parts.contains(Part.TRAIN_LARGE)) {
      trainLarge();
    }
    return report;
  }

  private void encodeChinese() throws IOException {
    progress.accept("preparing Chinese text", 0.0);
    Documents training =
        settings.chinese == null
            ? Documents.of(new SyntheticChinese(SEED).documents(settings.trainingBytes))
            : Documents.read(settings.chinese, settings.trainingBytes);
    Documents text = training.first(settings.encodeBytes);
    for (int size : settings.vocabularySizes) {
      String what = String.format(Locale.ROOT, "Chinese, own vocabulary of %,d", size);
      progress.accept("learning a vocabulary of " + size, 0.0);
      BpeTokenizer tokenizer =
          EncodeBenchmark.train(BpeTrainer.byteLevel(), size, settings.threads, training);
      EncodeBenchmark.Table table = encode.byteLevel(what, tokenizer, text);
      add(table);
      double ours = table.speed(EncodeBenchmark.OURS);
      double ratio = ours / table.speed(EncodeBenchmark.HUGGING_FACE);
      report.requirements.add(
          Requirement.atLeast("encode " + what + ", against HF through DJL", 10, "×", ratio));
      report.requirements.add(
          Requirement.atLeast(
              "encode " + what + ", 1 thread", size <= 8000 ? 40 : 25, "MB/s", ours));

      // The promise is about two threads; for more there is none, with one nothing to measure.
      if (settings.threads > 1) {
        addThreads(what, encode.threads(what + ", threads", tokenizer, text));
      }

      progress.accept("learning a vocabulary of characters, " + size, 0.0);
      // One that has room for all characters even when the text is tiny.
      BpeTokenizer characters =
          EncodeBenchmark.train(
              BpeTrainer.characterLevel().characterCoverage(size < 4000 ? 0.7 : 0.9995),
              size,
              settings.threads,
              training);
      add(
          encode.characterLevel(
              String.format(Locale.ROOT, "Chinese, own SentencePiece model of %,d", size),
              characters,
              text));
    }
  }

  private void addThreads(String what, EncodeBenchmark.Table table) {
    String one = EncodeBenchmark.ONE_THREAD;
    String several = encode.severalThreads();
    double gain = table.speed(several) / table.speed(one);
    double possible =
        table.speed(EncodeBenchmark.counting(several)) / table.speed(EncodeBenchmark.counting(one));
    List<Row> rows =
        List.of(
            new Row(one, table.speed(one), table.spread(one), gain),
            new Row(several, table.speed(several), table.spread(several), 1));
    String title =
        String.format(
            Locale.ROOT,
            "%s (counting alone gains %.2f × from %s here and now)",
            table.title(),
            possible,
            several);
    report.tables.add(new Table(title, table.bytes(), table.bytesPerToken(), rows));
    if (settings.threads == 2) {
      report.requirements.add(
          Requirement.atLeast("encode " + what + ", 2 threads against 1", 1.8, "×", gain)
              .withPossible(possible));
    }
  }

  private void encodeEnglish() throws IOException {
    progress.accept("preparing English text", 0.0);
    Documents text =
        settings.english == null
            ? Documents.of(new SyntheticEnglish(SEED).documents(settings.encodeBytes))
            : Documents.read(settings.english, settings.encodeBytes);
    EncodeBenchmark.Table table = encode.cl100k("English, cl100k_base", text);
    add(table);
    double ours = table.speed(EncodeBenchmark.OURS);
    report.requirements.add(
        Requirement.atLeast(
            "encode English, cl100k_base, against jtokkit",
            2,
            "×",
            ours / table.speed(EncodeBenchmark.JTOKKIT)));
    report.requirements.add(
        Requirement.atLeast(
            "encode English, cl100k_base, against HF through DJL",
            10,
            "×",
            ours / table.speed(EncodeBenchmark.HUGGING_FACE)));
  }

  private void train() throws IOException {
    Training training =
        training(
            settings.chinese, settings.trainingBytes, 8192, 1_500_000_000L, "vocabulary of 8,192");
    report.requirements.add(
        Requirement.atMost(
            "train " + training.title + " in a heap of 1.5 GB", 20, "s", training.seconds));
  }

  private void trainLarge() throws IOException {
    Training training =
        training(null, settings.largeBytes, 8192, 4_000_000_000L, "vocabulary of 8,192");
    report.requirements.add(
        Requirement.atMost(
            "train " + training.title + " in a heap of 4 GB: heap used",
            4,
            "GB",
            training.peakHeapBytes / 1e9));
  }

  private Training training(
      @Nullable Path corpus, long bytes, int vocabularySize, long heap, String what)
      throws IOException {
    TrainingRun run = new TrainingRun(corpus, bytes, vocabularySize, settings.threads);
    TrainingRun.Result result =
        run.runWithHeap(heap, (stage, part) -> progress.accept("training, " + stage, part));
    Training training =
        new Training(
            String.format(Locale.ROOT, "%s from %,.0f MB of Chinese", what, result.bytes() / 1e6),
            heap,
            result.seconds(),
            result.bytes() / 1e6 / result.seconds(),
            result.peakHeapBytes(),
            result.peakProcessBytes(),
            result.uniquePreTokens(),
            result.prunedPreTokens());
    report.trainings.add(training);
    return training;
  }

  private void add(EncodeBenchmark.Table table) {
    double ours = table.speeds().get(0).mbPerSecond();
    report.tables.add(
        new Table(
            table.title(),
            table.bytes(),
            table.bytesPerToken(),
            table.speeds().stream()
                .map(s -> new Row(s.name(), s.mbPerSecond(), s.spread(), ours / s.mbPerSecond()))
                .toList()));
  }
}
