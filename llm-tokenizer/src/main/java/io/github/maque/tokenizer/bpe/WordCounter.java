package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * Counts the pre-tokens of a text source on several threads.
 *
 * <p>Texts are gathered into batches. After a fixed number of batches all threads come to rest and
 * the memory limit is checked; so what is pruned depends on the texts alone, never on timing.
 */
final class WordCounter {
  private static final int BATCH_CHARS = 1 << 18;
  private static final int BATCHES_PER_ROUND = 64;

  private final Normalizer normalizer;
  private final PreTokenizer preTokenizer;
  private final boolean metaspace;
  private final int threads;
  private final long memoryLimit;
  private final int bytesPerSymbol;
  private final TrainingProgress progress;
  private final BooleanSupplier cancelled;

  private final WordCounts counts = new WordCounts();
  private long texts;
  private long characters;
  private long preTokens;
  private long prunedWords;
  private long prunedOccurrences;

  /**
   * Creates a counter.
   *
   * @param metaspace whether pre-tokens are counted with {@code ▁} for every space
   * @param memoryLimit how many bytes counting and the symbols made from it may take
   */
  WordCounter(
      Normalizer normalizer,
      PreTokenizer preTokenizer,
      boolean metaspace,
      int threads,
      long memoryLimit,
      int bytesPerSymbol,
      TrainingProgress progress,
      BooleanSupplier cancelled) {
    this.normalizer = normalizer;
    this.preTokenizer = preTokenizer;
    this.metaspace = metaspace;
    this.threads = threads;
    this.memoryLimit = memoryLimit;
    this.bytesPerSymbol = bytesPerSymbol;
    this.progress = progress;
    this.cancelled = cancelled;
  }

  WordCounts counts() {
    return counts;
  }

  long texts() {
    return texts;
  }

  long characters() {
    return characters;
  }

  long preTokens() {
    return preTokens;
  }

  long prunedWords() {
    return prunedWords;
  }

  long prunedOccurrences() {
    return prunedOccurrences;
  }

  /** Counts all texts of {@code source}. */
  void count(TextSource source) throws IOException {
    ExecutorService workers =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "maque-count");
              thread.setDaemon(true);
              return thread;
            });
    try {
      Round round = new Round(workers, source.sizeInBytes());
      source.forEach(round::add);
      round.finish();
    } finally {
      workers.shutdownNow();
    }
  }

  /** Batches on their way to the workers. */
  private final class Round {
    private final ExecutorService workers;
    private final long total;
    private final Semaphore waiting = new Semaphore(2 * threads);
    private final List<Future<Counted>> running = new ArrayList<>();
    private List<String> batch = new ArrayList<>();
    private int batchChars;
    private long bytes;

    Round(ExecutorService workers, long total) {
      this.workers = workers;
      this.total = total;
    }

    void add(String text) {
      batch.add(text);
      batchChars += text.length();
      texts++;
      if (batchChars >= BATCH_CHARS) {
        submit();
        if (running.size() == BATCHES_PER_ROUND) {
          await();
        }
      }
    }

    void finish() {
      submit();
      await();
    }

    private void submit() {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException("vocabulary training was cancelled while counting");
      }
      List<String> texts = batch;
      batch = new ArrayList<>();
      batchChars = 0;
      try {
        waiting.acquire();
      } catch (InterruptedException e) {
        throw interrupted();
      }
      running.add(
          workers.submit(
              () -> {
                try {
                  return new Batch().count(texts);
                } finally {
                  waiting.release();
                }
              }));
    }

    /** Waits for every batch of this round, then looks at the memory. */
    private void await() {
      for (Future<Counted> future : running) {
        try {
          Counted done = future.get();
          characters += done.characters;
          preTokens += done.preTokens;
          bytes += done.bytes;
        } catch (InterruptedException e) {
          throw interrupted();
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          if (e.getCause() instanceof Error cause) {
            throw cause;
          }
          throw new IllegalStateException(e.getCause());
        }
      }
      running.clear();
      pruneToLimit();
      progress.update(TrainingProgress.Stage.COUNT, bytes, total);
    }
  }

  private static CancellationException interrupted() {
    Thread.currentThread().interrupt();
    return new CancellationException("vocabulary training was interrupted while counting");
  }

  /** Forgets the rarest words until the rest takes at most half of the limit. */
  private void pruneToLimit() {
    if (neededMemory() <= memoryLimit) {
      return;
    }
    for (long limit = 1; neededMemory() > memoryLimit / 2; limit *= 2) {
      for (int p = 0; p < WordCounts.PARTITIONS; p++) {
        WordCounts.Partition partition = counts.partition(p);
        synchronized (partition) {
          WordCounts.Pruned pruned = partition.prune(limit);
          prunedWords += pruned.words();
          prunedOccurrences += pruned.occurrences();
        }
      }
    }
  }

  /** What the words take now and will take as symbols. */
  private long neededMemory() {
    return counts.memory() + bytesPerSymbol * (counts.utf8Length() + counts.size());
  }

  /** What one batch held. */
  private record Counted(long characters, long preTokens, long bytes) {}

  /** Splits the texts of one batch and adds its pre-tokens, partition by partition. */
  private final class Batch {
    private final TextBuffer buffer = new TextBuffer();
    private final IdBuffer ends = new IdBuffer();
    private final IdBuffer wordStarts = new IdBuffer();
    private final IdBuffer wordEnds = new IdBuffer();
    private final IdBuffer wordHashes = new IdBuffer();
    private char[] chars = new char[BATCH_CHARS + (BATCH_CHARS >> 3)];
    private int length;
    private long characters;
    private long bytes;

    Counted count(List<String> texts) {
      for (String text : texts) {
        split(text);
      }
      addToPartitions();
      return new Counted(characters, wordHashes.size(), bytes);
    }

    private void split(String text) {
      buffer.set(text, 0, text.length(), false);
      normalizer.apply(buffer);
      int size = buffer.length();
      if (length + size > chars.length) {
        chars = Arrays.copyOf(chars, Math.max(length + size, chars.length * 3 / 2));
      }
      int from = length;
      System.arraycopy(buffer.chars(), 0, chars, from, size);
      length += size;
      ends.clear();
      preTokenizer.split(chars, from, length, ends);
      characters += text.length();
      bytes += utf8Length(text);
      if (metaspace) {
        for (int i = from; i < length; i++) {
          if (chars[i] == ' ') {
            chars[i] = '▁';
          }
        }
      }
      int start = from;
      for (int i = 0; i < ends.size(); i++) {
        int end = ends.get(i);
        if (end >= 0) {
          wordStarts.add(start);
          wordEnds.add(end);
          wordHashes.add(WordCounts.hash(chars, start, end));
        }
        start = end < 0 ? ~end : end;
      }
    }

    /** Goes through one partition after the other, so that each is locked once and stays cached. */
    private void addToPartitions() {
      int[] firsts = new int[WordCounts.PARTITIONS + 1];
      int words = wordHashes.size();
      for (int i = 0; i < words; i++) {
        firsts[WordCounts.partitionOf(wordHashes.get(i)) + 1]++;
      }
      for (int p = 0; p < WordCounts.PARTITIONS; p++) {
        firsts[p + 1] += firsts[p];
      }
      int[] order = new int[words];
      int[] next = firsts.clone();
      for (int i = 0; i < words; i++) {
        order[next[WordCounts.partitionOf(wordHashes.get(i))]++] = i;
      }
      for (int p = 0; p < WordCounts.PARTITIONS; p++) {
        WordCounts.Partition partition = counts.partition(p);
        synchronized (partition) {
          for (int k = firsts[p]; k < firsts[p + 1]; k++) {
            int i = order[k];
            partition.add(chars, wordStarts.get(i), wordEnds.get(i), wordHashes.get(i), 1);
          }
        }
      }
    }

    private static long utf8Length(String text) {
      long length = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
      }
      return length;
    }
  }
}
