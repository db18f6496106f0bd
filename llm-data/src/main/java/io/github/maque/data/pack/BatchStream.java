package io.github.maque.data.pack;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batches in an order that depends on the data, the seed and nothing else, and that goes on exactly
 * where it was left.
 *
 * <pre>{@code
 * Sequences stories = ConcatenatedSequences.of(TokenDataset.open(directory, "train"), 512);
 * try (BatchStream batches = BatchStream.of(stories).batchSize(32).seed(42).open()) {
 *   for (int step = 0; step < steps; step++) {
 *     try (Batch batch = batches.next()) {
 *       train(batch);
 *     }
 *   }
 *   save(batches.state().encode());
 * }
 * }</pre>
 *
 * <p>Each epoch is a {@linkplain KeyedPermutation shuffled order} of its own, in which each
 * sequence of a source is once. Without an end, the last batch of an epoch goes on with the next
 * one; with a {@linkplain Builder#epochs number of epochs}, the very last batch may have fewer
 * rows.
 *
 * <p>A stream is used by one thread at a time, except that any may close it.
 */
public final class BatchStream implements AutoCloseable {
  private final BatchAssembler assembler;
  private final @Nullable BatchPrefetcher prefetcher;
  private volatile DataState state;
  private volatile boolean closed;

  private BatchStream(BatchAssembler assembler, DataState start, int prefetch) {
    this.assembler = assembler;
    this.state = start;
    this.prefetcher = prefetch == 0 ? null : new BatchPrefetcher(assembler, prefetch);
  }

  /** Returns a builder of a stream of batches of one source. */
  public static Builder of(Sequences source) {
    return of(Mixture.of(source));
  }

  /** Returns a builder of a stream of batches of several sources. */
  public static Builder of(Mixture mixture) {
    return new Builder(mixture);
  }

  /**
   * Returns the next batch, which the caller closes, or null behind the last one. What assembling
   * it failed with is thrown as it is, whichever thread did it, and the stream then has ended: it
   * throws the same again.
   *
   * @throws java.util.concurrent.CancellationException if the thread is interrupted while it waits;
   *     no batch is lost
   * @throws IllegalStateException if the stream is closed
   */
  public @Nullable Batch next() {
    requireOpen();
    Batch batch = prefetcher == null ? assembler.next(() -> closed) : prefetcher.next();
    if (batch != null) {
      state = batch.state();
    } else {
      requireOpen(); // Having been closed meanwhile is no end of the data.
    }
    return batch;
  }

  /**
   * Returns the state behind the last batch that {@link #next} has returned, whatever has been
   * prefetched: a stream {@linkplain Builder#from from} it returns the batch that this one returns
   * next.
   */
  public DataState state() {
    return state;
  }

  /** Stops prefetching. Batches that have been returned stay as they are. */
  @Override
  public void close() {
    closed = true;
    if (prefetcher != null) {
      prefetcher.close();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the stream is closed");
    }
  }

  /** Says how batches are made. Used by one thread. */
  public static final class Builder {
    private final Mixture mixture;
    private int batchSize = 32;
    private long seed;
    private boolean shuffled = true;
    private long epochs = Long.MAX_VALUE;
    private int prefetch = 2;
    private @Nullable DataState from;

    private Builder(Mixture mixture) {
      this.mixture = mixture;
    }

    /** Sets how many sequences a batch has; 32 if not set. */
    public Builder batchSize(int sequences) {
      if (sequences < 1) {
        throw new IllegalArgumentException("batchSize must be positive, got " + sequences);
      }
      batchSize = sequences;
      return this;
    }

    /** Sets what the order depends on; 0 if not set. */
    public Builder seed(long number) {
      seed = number;
      return this;
    }

    /** Takes each source's sequences in the order of their numbers, and not in a shuffled one. */
    public Builder sequential() {
      shuffled = false;
      return this;
    }

    /**
     * Ends the stream after so many epochs, and not never; 1 to evaluate. For a single source only,
     * since those of a mixture do not end together.
     */
    public Builder epochs(long count) {
      if (count < 1) {
        throw new IllegalArgumentException("epochs must be positive, got " + count);
      }
      epochs = count;
      return this;
    }

    /**
     * Sets how many batches a thread of its own prepares ahead; 2 if not set. With 0, {@link #next}
     * assembles a batch when it is asked for it, on the caller's thread.
     */
    public Builder prefetch(int batches) {
      if (batches < 0 || batches > 1 << 16) {
        throw new IllegalArgumentException("prefetch must be between 0 and 65536, got " + batches);
      }
      prefetch = batches;
      return this;
    }

    /** Goes on where a stream of the same data and seed was; the batch size may be another. */
    public Builder from(DataState state) {
      from = state;
      return this;
    }

    /**
     * Starts the stream.
     *
     * @throws IllegalArgumentException if the settings do not go together, or if the state to go on
     *     from is that of other data, other weights or another order
     */
    public BatchStream open() {
      if ((long) batchSize * mixture.length() * Integer.BYTES > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            String.format(
                "batchSize must be at most 2^29 - 1 divided by %d, the length of a sequence, got %d",
                mixture.length(), batchSize));
      }
      long total = totalSequences();
      DataState start = start();
      DrawOrder order = new DrawOrder(mixture, shuffled, start);
      long left = total == Long.MAX_VALUE ? total : Math.max(0, total - start.total());
      BatchAssembler assembler =
          new BatchAssembler(mixture, order, start, batchSize, left, prefetch + 2);
      return new BatchStream(assembler, start, prefetch);
    }

    private long totalSequences() {
      if (epochs == Long.MAX_VALUE) {
        return Long.MAX_VALUE;
      }
      if (mixture.sources().size() > 1) {
        throw new IllegalArgumentException(
            "epochs is for a single source, got " + mixture.sources().size());
      }
      long size = mixture.sources().get(0).size();
      if (epochs > Long.MAX_VALUE / size) {
        throw new IllegalArgumentException(
            "epochs must be at most 2^63 - 1 divided by " + size + ", got " + epochs);
      }
      return epochs * size;
    }

    private DataState start() {
      long fingerprint = mixture.fingerprint(shuffled);
      int sources = mixture.sources().size();
      if (from == null) {
        return new DataState(seed, fingerprint, List.copyOf(Collections.nCopies(sources, 0L)));
      }
      if (from.fingerprint() != fingerprint || from.consumed().size() != sources) {
        throw new IllegalArgumentException(
            String.format(
                "the state to go on from is that of other data, weights or order: it is %s, and the"
                    + " data here have the fingerprint %016x, %s %s",
                from.encode(), fingerprint, shuffled ? "shuffled" : "sequential", mixture));
      }
      if (from.seed() != seed) {
        throw new IllegalArgumentException(
            "seed must be that of the state to go on from, " + from.seed() + ", got " + seed);
      }
      return from;
    }
  }
}
