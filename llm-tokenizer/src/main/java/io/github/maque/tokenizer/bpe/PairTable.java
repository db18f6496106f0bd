package io.github.maque.tokenizer.bpe;

import java.util.Arrays;

/**
 * A hash table from a pair of ids to the rank of its merge and the id it becomes. Filled once, then
 * only read.
 */
final class PairTable {
  /** What {@link #find} returns for a pair that does not merge: it compares above every rank. */
  static final long NONE = Long.MAX_VALUE;

  private static final long EMPTY = -1;

  private long[] keys;
  private long[] values;
  private int size;

  PairTable(int expected) {
    int capacity = Integer.highestOneBit(Math.max(8, expected)) * 4;
    keys = new long[capacity];
    Arrays.fill(keys, EMPTY);
    values = new long[capacity];
  }

  /** Sets the merge of {@code (left, right)}, replacing an earlier one. */
  void put(int left, int right, int rank, int merged) {
    if (size * 2 >= keys.length) {
      grow();
    }
    long key = key(left, right);
    int slot = slotOf(key);
    if (keys[slot] == EMPTY) {
      keys[slot] = key;
      size++;
    }
    values[slot] = (long) rank << 32 | merged;
  }

  /** Returns {@code rank << 32 | merged id} of the pair, or {@link #NONE}. */
  long find(int left, int right) {
    long key = key(left, right);
    int slot = slotOf(key);
    return keys[slot] == key ? values[slot] : NONE;
  }

  /**
   * Returns, for every id below {@code size}, the least rank of a merge it is a part of; {@link
   * Integer#MAX_VALUE} where there is none.
   */
  int[] firstUses(int size) {
    int[] first = new int[size];
    Arrays.fill(first, Integer.MAX_VALUE);
    for (int slot = 0; slot < keys.length; slot++) {
      if (keys[slot] != EMPTY) {
        int rank = (int) (values[slot] >>> 32);
        int left = (int) (keys[slot] >>> 32);
        int right = (int) keys[slot];
        first[left] = Math.min(first[left], rank);
        first[right] = Math.min(first[right], rank);
      }
    }
    return first;
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  private int slotOf(long key) {
    int mask = keys.length - 1;
    long hash = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash ^ hash >>> 32) & mask;
    while (keys[slot] != key && keys[slot] != EMPTY) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    Arrays.fill(keys, EMPTY);
    values = new long[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != EMPTY) {
        int slot = slotOf(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
