package io.github.maque.data.pack;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Some sequences for one step of training. What they hold lies in direct buffers, {@code [rows,
 * length]} row by row, in the machine's byte order, four bytes a value, to be taken by an engine as
 * they are; what the values mean is said by {@link Row}.
 *
 * <p>Closing a batch gives its memory back to the stream, which writes later batches into it: a
 * closed batch refuses to give buffers, and buffers that it gave before must not be used any more,
 * nor tensors that share their memory. A batch that is never closed costs the stream an allocation.
 */
public final class Batch implements AutoCloseable {
  private final int length;
  private final int[] sources;
  private final long[] sequences;
  private final DataState state;
  private final Queue<BatchBuffers> pool;
  private final AtomicReference<@Nullable BatchBuffers> buffers;

  /**
   * Creates a batch.
   *
   * @param sources for each row which source it is from
   * @param sequences for each row its number in its source
   */
  Batch(
      int length,
      int[] sources,
      long[] sequences,
      DataState state,
      BatchBuffers buffers,
      Queue<BatchBuffers> pool) {
    this.length = length;
    this.sources = sources;
    this.sequences = sequences;
    this.state = state;
    this.buffers = new AtomicReference<>(buffers);
    this.pool = pool;
  }

  /** Returns how many sequences the batch has. */
  public int rows() {
    return sequences.length;
  }

  /** Returns how many tokens a sequence has, padding included. */
  public int length() {
    return length;
  }

  /**
   * Returns which source of the {@link Mixture} row {@code row} is from, counted from 0.
   *
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public int source(int row) {
    return sources[Objects.checkIndex(row, rows())];
  }

  /**
   * Returns the number that the sequence in row {@code row} has in its source: what is known of
   * sequences besides, such as log-probabilities of another model, is found by it.
   *
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public long sequence(int row) {
    return sequences[Objects.checkIndex(row, rows())];
  }

  /** Returns the state with which a stream goes on behind this batch. */
  public DataState state() {
    return state;
  }

  /**
   * Returns the ids, int32.
   *
   * @throws IllegalStateException if the batch is closed, as all methods that look into it do
   */
  public ByteBuffer ids() {
    return view(open().ids);
  }

  /** Returns the targets, int32. */
  public ByteBuffer targets() {
    return view(open().targets);
  }

  /** Returns the weights of the targets in the loss, float32. */
  public ByteBuffer lossWeights() {
    return view(open().lossWeights);
  }

  /** Returns the positions, int32. */
  public ByteBuffer positions() {
    return view(open().positions);
  }

  /** Returns the segments, int32. */
  public ByteBuffer segments() {
    return view(open().segments);
  }

  /** Returns the sum of all loss weights, by which a loss is divided to be a mean. */
  public double lossWeightSum() {
    BatchBuffers open = open();
    double sum = 0;
    for (int token = 0; token < rows() * length; token++) {
      sum += open.lossWeight(token);
    }
    return sum;
  }

  /** Returns how many tokens are no padding. */
  public int tokens() {
    BatchBuffers open = open();
    int tokens = 0;
    for (int token = 0; token < rows() * length; token++) {
      tokens += open.segment(token) == Row.PADDING ? 0 : 1;
    }
    return tokens;
  }

  /**
   * Returns where segments begin, padding among them, when all rows are put behind each other, and
   * where the last one ends: {@code cu_seqlens}, as attention over sequences of various lengths
   * takes it.
   */
  public int[] segmentOffsets() {
    BatchBuffers open = open();
    int count = 0;
    for (int token = 0; token < rows() * length; token++) {
      count += beginsSegment(open, token) ? 1 : 0;
    }
    int[] offsets = new int[count + 1];
    int next = 0;
    for (int token = 0; token < rows() * length; token++) {
      if (beginsSegment(open, token)) {
        offsets[next++] = token;
      }
    }
    offsets[next] = rows() * length;
    return offsets;
  }

  /** Gives the memory back. Does nothing the second time. */
  @Override
  public void close() {
    BatchBuffers open = buffers.getAndSet(null);
    if (open != null) {
      pool.offer(open);
    }
  }

  private boolean beginsSegment(BatchBuffers open, int token) {
    return token % length == 0 || open.segment(token) != open.segment(token - 1);
  }

  private BatchBuffers open() {
    BatchBuffers open = buffers.get();
    if (open == null) {
      throw new IllegalStateException("the batch is closed, and its memory may hold another one");
    }
    return open;
  }

  private ByteBuffer view(ByteBuffer whole) {
    return whole.slice(0, rows() * length * Integer.BYTES).order(ByteOrder.nativeOrder());
  }
}
