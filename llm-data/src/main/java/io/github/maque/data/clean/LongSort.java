package io.github.maque.data.clean;

import java.io.InterruptedIOException;
import java.util.Arrays;

/**
 * Sorts longs that lie in a file, ascending and in place: by one byte after the other from the
 * highest, as in McIlroy, Bostic and McIlroy, "Engineering Radix Sort" (1993), until a part is
 * small enough for the heap. A part is read and written in 256 places at a time, which suits a file
 * that is larger than memory. Each thread needs an instance.
 */
final class LongSort {
  private static final int DIGITS = 256;

  private final MappedRecords longs;
  private final long[] heap;

  /**
   * @param heapLongs how many longs are sorted on the heap
   */
  LongSort(MappedRecords longs, int heapLongs) {
    this.longs = longs;
    heap = new long[heapLongs];
  }

  /** Sorts the longs from {@code from} to before {@code to}. */
  void sort(long from, long to) throws InterruptedIOException {
    sort(from, to, Long.SIZE - Byte.SIZE);
  }

  private void sort(long from, long to, int shift) throws InterruptedIOException {
    DuplicateSearch.requireUninterrupted();
    if (to - from <= heap.length) {
      sortOnHeap(from, (int) (to - from));
    } else if (shift >= 0) { // else they are all equal
      long[] ends = partition(from, to, shift);
      long begin = from;
      for (long end : ends) {
        if (end - begin > 1) {
          sort(begin, end, shift - Byte.SIZE);
        }
        begin = end;
      }
    }
  }

  private void sortOnHeap(long from, int count) {
    for (int i = 0; i < count; i++) {
      heap[i] = longs.get(from + i);
    }
    Arrays.sort(heap, 0, count);
    for (int i = 0; i < count; i++) {
      longs.set(from + i, heap[i]);
    }
  }

  /** Orders by one digit; returns where each digit's longs end. */
  private long[] partition(long from, long to, int shift) {
    long[] ends = new long[DIGITS];
    for (long i = from; i < to; i++) {
      ends[digit(longs.get(i), shift)]++;
    }
    long[] next = new long[DIGITS];
    long place = from;
    for (int digit = 0; digit < DIGITS; digit++) {
      next[digit] = place;
      place += ends[digit];
      ends[digit] = place;
    }
    for (int digit = 0; digit < DIGITS; digit++) {
      while (next[digit] < ends[digit]) {
        long value = longs.get(next[digit]);
        // Follows a cycle: each value goes home and drives out the one that is there.
        for (int home = digit(value, shift); home != digit; home = digit(value, shift)) {
          long driven = longs.get(next[home]);
          longs.set(next[home]++, value);
          value = driven;
        }
        longs.set(next[digit]++, value);
      }
    }
    return ends;
  }

  private static int digit(long value, int shift) {
    return (int) ((value ^ Long.MIN_VALUE) >>> shift) & DIGITS - 1; // the sign sorts the other way
  }
}
