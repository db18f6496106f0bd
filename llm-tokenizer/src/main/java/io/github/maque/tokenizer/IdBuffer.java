package io.github.maque.tokenizer;

import java.util.Arrays;
import java.util.Objects;

/**
 * A growing sequence of ints, the sink of bulk encoding: cleared and filled again, it allocates
 * nothing once it has grown to its working size. Not thread-safe.
 */
public final class IdBuffer {
  private int[] values;
  private int size;

  /** Creates an empty buffer with room for 1,024 ids. */
  public IdBuffer() {
    this(1024);
  }

  /**
   * Creates an empty buffer.
   *
   * @param capacity how many ids fit before the first growth
   */
  public IdBuffer(int capacity) {
    if (capacity < 0) {
      throw new IllegalArgumentException("capacity must not be negative, got " + capacity);
    }
    values = new int[Math.max(capacity, 8)];
  }

  /** Appends one id. */
  public void add(int id) {
    if (size == values.length) {
      grow(size + 1L);
    }
    values[size++] = id;
  }

  /** Appends {@code length} ids of {@code source} from {@code from} on. */
  public void add(int[] source, int from, int length) {
    Objects.checkFromIndexSize(from, length, source.length);
    ensureRoom(length);
    System.arraycopy(source, from, values, size, length);
    size += length;
  }

  /** Makes room for {@code extra} more ids, so that appending them does not grow the buffer. */
  public void ensureRoom(int extra) {
    if (values.length - size < extra) {
      grow((long) size + extra);
    }
  }

  /** Returns the id at {@code index}. */
  public int get(int index) {
    return values[Objects.checkIndex(index, size)];
  }

  /** Replaces the id at {@code index}. */
  public void set(int index, int id) {
    values[Objects.checkIndex(index, size)] = id;
  }

  /** Returns how many ids the buffer holds. */
  public int size() {
    return size;
  }

  /** Returns whether the buffer holds no id. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** Removes all ids; the room stays. */
  public void clear() {
    size = 0;
  }

  /** Removes the ids from {@code newSize} on. */
  public void truncate(int newSize) {
    Objects.checkIndex(newSize, size + 1);
    size = newSize;
  }

  /**
   * Returns the array behind this buffer, valid from 0 to {@link #size()} and only until the next
   * append: for bulk readers that must not copy.
   */
  public int[] array() {
    return values;
  }

  /** Returns a copy of the ids. */
  public int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  private void grow(long needed) {
    if (needed > Integer.MAX_VALUE - 8) {
      throw new IllegalStateException("more than 2^31 - 9 ids in one buffer");
    }
    long grown = Math.max(needed, values.length + (values.length >> 1) + 8L);
    values = Arrays.copyOf(values, (int) Math.min(grown, Integer.MAX_VALUE - 8));
  }

  @Override
  public String toString() {
    return Arrays.toString(toArray());
  }
}
