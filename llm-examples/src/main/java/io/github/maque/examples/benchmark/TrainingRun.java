package io.github.maque.examples.benchmark;

import com.google.gson.Gson;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.BpeTraining;
import io.github.maque.tokenizer.bpe.TextSource;
import io.github.maque.tokenizer.bpe.TrainingProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Learns one vocabulary in a JVM of its own: only there does a limit on the heap mean something.
 *
 * <p>It starts cold, as a user's does, and with nothing else in its heap.
 */
final class TrainingRun {
  private static final long CORPUS_SEED = 1;

  private final @Nullable Path corpus;
  private final long bytes;
  private final int vocabularySize;
  private final int threads;

  /**
   * What came out.
   *
   * @param seconds reading, counting and merging, without the start of the JVM
   * @param countSeconds the part of it for reading (or making) text and counting pre-tokens
   * @param bytes how much text there was
   * @param uniquePreTokens how many different pre-tokens were learned from
   * @param prunedPreTokens how many were forgotten, so as to stay within the memory limit
   * @param peakHeapBytes upper bound of the heap's largest size, garbage included
   * @param peakProcessBytes largest resident size of the JVM, or -1
   */
  record Result(
      double seconds,
      double countSeconds,
      long bytes,
      long uniquePreTokens,
      long prunedPreTokens,
      long peakHeapBytes,
      long peakProcessBytes) {}

  /**
   * Describes a run.
   *
   * @param corpus the text, or null for synthetic Chinese made on the fly
   * @param bytes how much synthetic text
   */
  TrainingRun(@Nullable Path corpus, long bytes, int vocabularySize, int threads) {
    this.corpus = corpus;
    this.bytes = bytes;
    this.vocabularySize = vocabularySize;
    this.threads = threads;
  }

  /**
   * Runs it in a new JVM.
   *
   * @param heapBytes the largest heap it may have
   * @param progress hears what is being done, and which part of it is
   * @throws IOException if the JVM fails, with the end of what it said
   */
  Result runWithHeap(long heapBytes, BiConsumer<String, Double> progress) throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.add(String.valueOf(bytes));
    arguments.add(String.valueOf(vocabularySize));
    arguments.add(String.valueOf(threads));
    if (corpus != null) {
      arguments.add(corpus.toString());
    }
    List<String> flags = List.of("-XX:+UseParallelGC", "-Xmx" + heapBytes / 1024 + "k");
    String last =
        ChildProcess.jvm(flags, TrainingRun.class, arguments)
            .run(
                line -> {
                  String[] words = line.split(" ");
                  if (words.length == 2) {
                    progress.accept(words[0], Double.parseDouble(words[1]));
                  }
                });
    return new Gson().fromJson(last, Result.class);
  }

  /** Runs it in this JVM. */
  Result run(TrainingProgress progress) throws IOException {
    TextSource source =
        corpus == null ? new SyntheticChinese(CORPUS_SEED).source(bytes) : TextSource.files(corpus);
    PeakMemory.reset();
    BpeTraining training =
        BpeTrainer.byteLevel()
            .vocabularySize(vocabularySize)
            .eos("<|endoftext|>")
            .threads(threads)
            .progress(progress)
            .train(source);
    double count = training.countTime().toNanos() / 1e9;
    return new Result(
        count + training.mergeTime().toNanos() / 1e9,
        count,
        source.sizeInBytes(),
        training.uniquePreTokens(),
        training.prunedPreTokens(),
        PeakMemory.heap(),
        PeakMemory.process().orElse(-1));
  }

  /**
   * The program of the new JVM. It prints its progress and, on the last line, the result.
   *
   * @param arguments bytes, vocabulary size, threads and perhaps the corpus
   */
  public static void main(String[] arguments) throws IOException {
    Path corpus = arguments.length > 3 ? Path.of(arguments[3]) : null;
    TrainingRun run =
        new TrainingRun(
            corpus,
            Long.parseLong(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]));
    Result result =
        run.run((stage, done, total) -> System.out.println(stage + " " + (double) done / total));
    System.out.println(new Gson().toJson(result));
  }
}
