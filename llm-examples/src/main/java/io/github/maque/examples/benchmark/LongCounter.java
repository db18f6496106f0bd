package io.github.maque.examples.benchmark;

import java.util.Arrays;

/** Counts occurrences of 64-bit keys in a hash table without objects. */
final class LongCounter {
  private long[] keys = new long[1 << 16];
  private int[] counts = new int[1 << 16];
  private int size;
  private long total;

  /** Counts one occurrence of {@code key} and returns whether it is the first. */
  boolean add(long key) {
    total++;
    int slot = slot(key);
    if (counts[slot]++ > 0) {
      return false;
    }
    keys[slot] = key;
    if (++size > keys.length / 2) {
      grow();
    }
    return true;
  }

  /** Returns how many different keys there are. */
  int distinct() {
    return size;
  }

  /** Returns how many keys were counted, repetitions included. */
  long total() {
    return total;
  }

  /** Returns the counts of all keys, the largest first. */
  int[] descendingCounts() {
    int[] sorted = new int[size];
    int next = 0;
    for (int count : counts) {
      if (count > 0) {
        sorted[next++] = count;
      }
    }
    Arrays.sort(sorted);
    for (int i = 0, j = size - 1; i < j; i++, j--) {
      int swapped = sorted[i];
      sorted[i] = sorted[j];
      sorted[j] = swapped;
    }
    return sorted;
  }

  /** Returns the entropy of the keys' distribution in bits. */
  double entropy() {
    double sum = 0;
    for (int count : counts) {
      if (count > 0) {
        sum += count * Math.log(count);
      }
    }
    return total == 0 ? 0 : (Math.log((double) total) - sum / total) / Math.log(2);
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 32) & mask;
    while (counts[slot] > 0 && keys[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldCounts = counts;
    keys = new long[2 * oldKeys.length];
    counts = new int[keys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldCounts[i] > 0) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        counts[slot] = oldCounts[i];
      }
    }
  }
}
