package io.github.maque.data.pack;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Puts batches together, one after the other. Used by one thread at a time. */
final class BatchAssembler {
  private final List<Sequences> sources;
  private final DrawOrder order;
  private final DataState start;
  private final int batchSize;
  private final Row row;
  private final ArrayBlockingQueue<BatchBuffers> pool;

  /** How many sequences are still to come; never 0 for an endless stream. */
  private long left;

  private @Nullable Throwable failure;

  /**
   * Creates an assembler.
   *
   * @param left how many sequences are to come, or {@link Long#MAX_VALUE}
   * @param pooled how many batches' memory is kept for use by others
   */
  BatchAssembler(
      Mixture mixture, DrawOrder order, DataState start, int batchSize, long left, int pooled) {
    this.sources = mixture.sources();
    this.order = order;
    this.start = start;
    this.batchSize = batchSize;
    this.left = left;
    this.row = new Row(mixture.length());
    this.pool = new ArrayBlockingQueue<>(pooled);
  }

  /**
   * Returns the next batch, or null behind the last one, or if {@code cancelled} says so meanwhile.
   * After a failure it fails in the same way again, since the order has gone on in between.
   */
  @Nullable Batch next(BooleanSupplier cancelled) {
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    try {
      return assemble(cancelled);
    } catch (RuntimeException | Error thrown) {
      failure = thrown;
      throw thrown;
    }
  }

  private @Nullable Batch assemble(BooleanSupplier cancelled) {
    if (left == 0) {
      return null;
    }
    int rows = (int) Math.min(batchSize, left);
    BatchBuffers pooled = pool.poll();
    BatchBuffers buffers = pooled != null ? pooled : new BatchBuffers(batchSize * row.length());
    int[] from = new int[rows];
    long[] numbers = new long[rows];
    for (int i = 0; i < rows; i++) {
      if (cancelled.getAsBoolean()) {
        return null;
      }
      order.next();
      from[i] = order.source();
      numbers[i] = order.sequence();
      sources.get(from[i]).read(numbers[i], row);
      buffers.put(i, row);
    }
    left -= rows;
    DataState state = new DataState(start.seed(), start.fingerprint(), order.consumed());
    return new Batch(row.length(), from, numbers, state, buffers, pool);
  }
}
