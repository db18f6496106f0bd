package io.github.maque.examples.benchmark;

import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/** Measures how fast our tokenizer and others encode the same text with the same vocabulary. */
final class EncodeBenchmark {
  private final int rounds;
  private final double turnSeconds;
  private final int threads;
  private final Path scratch;
  private final BiConsumer<String, Double> progress;

  /**
   * A table of speeds.
   *
   * @param title what was measured
   * @param bytes how much text
   * @param bytesPerToken how much of it a token stands for
   * @param speeds the contestants; ours is the first
   */
  record Table(String title, long bytes, double bytesPerToken, List<Race.Speed> speeds) {

    double speed(String name) {
      return of(name).mbPerSecond();
    }

    double spread(String name) {
      return of(name).spread();
    }

    private Race.Speed of(String name) {
      return speeds.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    }
  }

  static final String OURS = "Maque";
  static final String OURS_UTF8 = "Maque from UTF-8";
  static final String HUGGING_FACE = "HF tokenizers (DJL)";
  static final String JTOKKIT = "jtokkit";
  static final String SENTENCE_PIECE = "SentencePiece (DJL)";
  static final String ONE_THREAD = "1 thread";

  EncodeBenchmark(
      int rounds,
      double turnSeconds,
      int threads,
      Path scratch,
      BiConsumer<String, Double> progress) {
    this.rounds = rounds;
    this.turnSeconds = turnSeconds;
    this.threads = threads;
    this.scratch = scratch;
    this.progress = progress;
  }

  /** Byte-level vocabulary learned from {@code training}, against Hugging Face's tokenizers. */
  Table byteLevel(String title, BpeTokenizer tokenizer, Documents text) throws IOException {
    try (Peer huggingFace = Peer.huggingFace(tokenizer, scratch)) {
      long tokens = requireSameIds(tokenizer, huggingFace, HUGGING_FACE, text);
      Race race =
          race(tokenizer, text)
              .add(OURS_UTF8, fromUtf8(tokenizer, text))
              .add(HUGGING_FACE, () -> text.texts().forEach(huggingFace::run));
      return table(title, text, tokens, race);
    }
  }

  /** The vocabulary of GPT-4, against jtokkit, which brings it, and Hugging Face's tokenizers. */
  Table cl100k(String title, Documents text) throws IOException {
    BpeTokenizer tokenizer = Peer.cl100k();
    try (Peer huggingFace = Peer.huggingFace(tokenizer, scratch);
        Peer jtokkit = Peer.jtokkit()) {
      requireSameIds(tokenizer, jtokkit, JTOKKIT, text);
      long tokens = requireSameIds(tokenizer, huggingFace, HUGGING_FACE, text);
      Race race =
          race(tokenizer, text)
              .add(OURS_UTF8, fromUtf8(tokenizer, text))
              .add(JTOKKIT, () -> text.texts().forEach(jtokkit::run))
              .add(HUGGING_FACE, () -> text.texts().forEach(huggingFace::run));
      return table(title, text, tokens, race);
    }
  }

  /** Character-level vocabulary learned from {@code training}, against SentencePiece. */
  Table characterLevel(String title, BpeTokenizer tokenizer, Documents text) throws IOException {
    try (Peer sentencePiece = Peer.sentencePiece(tokenizer, scratch)) {
      long tokens = requireSameIds(tokenizer, sentencePiece, SENTENCE_PIECE, text);
      Race race =
          race(tokenizer, text).add(SENTENCE_PIECE, () -> text.texts().forEach(sentencePiece::run));
      return table(title, text, tokens, race);
    }
  }

  /**
   * One thread against several, all through {@link Tokenizer#encodeAll}, and beside them threads
   * that only count: what these gain is what the machine, busy as it may be, has to give.
   */
  Table threads(String title, BpeTokenizer tokenizer, Documents text) {
    long tokens =
        tokenizer.encodeAll(text.texts(), EncodeOptions.TEXT, 1).stream()
            .mapToLong(ids -> ids.length)
            .sum();
    Race race = new Race(rounds, turnSeconds);
    race.add(ONE_THREAD, () -> tokenizer.encodeAll(text.texts(), EncodeOptions.TEXT, 1));
    race.add(
        severalThreads(), () -> tokenizer.encodeAll(text.texts(), EncodeOptions.TEXT, threads));
    race.add(counting(ONE_THREAD), () -> Arithmetic.run(1));
    race.add(counting(severalThreads()), () -> Arithmetic.run(threads));
    return table(title, text, tokens, race);
  }

  /** Returns the name of the contestant that only counts, on as many threads as another one. */
  static String counting(String threads) {
    return "counting, " + threads;
  }

  String severalThreads() {
    return threads + " threads";
  }

  static BpeTokenizer train(BpeTrainer trainer, int vocabularySize, int threads, Documents texts)
      throws IOException {
    return trainer
        .vocabularySize(vocabularySize)
        .eos("<|endoftext|>")
        .threads(threads)
        .train(TextSource.of(texts.texts()))
        .tokenizer();
  }

  private Race race(Tokenizer tokenizer, Documents text) {
    IdBuffer ids = new IdBuffer();
    return new Race(rounds, turnSeconds)
        .add(
            OURS,
            () -> {
              for (String document : text.texts()) {
                ids.clear();
                tokenizer.encode(document, EncodeOptions.TEXT, ids);
              }
            });
  }

  private static Runnable fromUtf8(Tokenizer tokenizer, Documents text) {
    IdBuffer ids = new IdBuffer();
    List<byte[]> documents =
        text.texts().stream().map(t -> t.getBytes(StandardCharsets.UTF_8)).toList();
    return () -> {
      for (byte[] document : documents) {
        ids.clear();
        tokenizer.encodeUtf8(document, 0, document.length, EncodeOptions.TEXT, ids);
      }
    };
  }

  private Table table(String title, Documents text, long tokens, Race race) {
    List<Race.Speed> speeds =
        race.run(text.bytes(), (name, part) -> progress.accept(title + ": " + name, part));
    return new Table(title, text.bytes(), (double) text.bytes() / tokens, speeds);
  }

  /** A comparison of speeds is worth nothing if the results differ. */
  private static long requireSameIds(Tokenizer ours, Peer peer, String name, Documents text) {
    long tokens = 0;
    for (String document : text.texts()) {
      int[] ids = ours.encode(document);
      int[] expected = peer.encode(document);
      int difference = Arrays.mismatch(ids, expected);
      if (difference >= 0) {
        throw new IllegalStateException(
            "our ids differ from those of "
                + name
                + " at token "
                + difference
                + " of: "
                + document.substring(0, Math.min(40, document.length())));
      }
      tokens += ids.length;
    }
    return tokens;
  }
}
