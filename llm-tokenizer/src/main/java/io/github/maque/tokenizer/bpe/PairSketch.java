package io.github.maque.tokenizer.bpe;

import java.util.Arrays;

/**
 * Upper bounds for how often pairs occur, in little memory: counts of pairs with equal hashes are
 * added up. Used to find out which pairs are worth counting exactly.
 */
final class PairSketch {
  private static final int LOG2_CELLS = 20;

  private final long[] cells = new long[1 << LOG2_CELLS];

  void add(int left, int right, long count) {
    cells[cell(left, right)] += count;
  }

  void addAll(PairSketch other) {
    for (int i = 0; i < cells.length; i++) {
      cells[i] += other.cells[i];
    }
  }

  /** Returns a count that the pair does not exceed. */
  long bound(int left, int right) {
    return cells[cell(left, right)];
  }

  /**
   * Returns the least count for which all pairs of at least that count, together, occur at most
   * {@code share} of the time; but never more than the largest count here.
   */
  long thresholdFor(double share) {
    long[] sorted = cells.clone();
    Arrays.sort(sorted);
    double total = 0;
    for (long cell : sorted) {
      total += cell;
    }
    int i = sorted.length - 1;
    double sum = sorted[i];
    while (i > 0 && sum + sorted[i - 1] <= share * total) {
      sum += sorted[--i];
    }
    return sorted[i];
  }

  private static int cell(int left, int right) {
    return (left * 0x9E3779B1 ^ Integer.rotateLeft(right * 0x85EBCA6B, 15)) * 0xC2B2AE35
        >>> (32 - LOG2_CELLS);
  }
}
