package io.github.maque.align.preference;

import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.PackedSequences;
import io.github.maque.data.pack.PackingReport;
import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Samples;
import io.github.maque.data.pack.Sequences;
import java.util.Arrays;

/**
 * Pairs laid out in rows of one length, several in a row as well as they fit: nothing is padded but
 * the end of a row. The k-th pair of a row, counted from 0, is two neighbouring segments, 2k with
 * the chosen side and 2k + 1 with the rejected one, each with positions from 0. Otherwise rows are
 * as those of {@link PackedSequences}. Immutable and safe for many threads.
 *
 * <p>Since no segment is longer than a side, a row may be longer than a decoder's context.
 */
public final class PreferenceSequences implements Sequences {
  private final PreferencePairs pairs;
  private final PackedSequences packed;

  private PreferenceSequences(PreferencePairs pairs, PackedSequences packed) {
    this.pairs = pairs;
    this.packed = packed;
  }

  /**
   * Packs pairs by best fit.
   *
   * @param length how many tokens a row has: at least as many as both sides of any pair together,
   *     for which twice {@link PreferencePairs#longestSide} is always enough
   * @param padId the id that padding has; any valid one, since nothing attends to it
   */
  public static PreferenceSequences bestFit(PreferencePairs pairs, int length, int padId) {
    requireFits(pairs, length);
    return new PreferenceSequences(
        pairs, PackedSequences.bestFit(pairs.samples(), length, OverlongPolicy.REJECT, padId));
  }

  /** Gives each pair a row of its own, in their order; otherwise as {@link #bestFit}. */
  public static PreferenceSequences onePerRow(PreferencePairs pairs, int length, int padId) {
    requireFits(pairs, length);
    return new PreferenceSequences(
        pairs, PackedSequences.onePerRow(pairs.samples(), length, OverlongPolicy.REJECT, padId));
  }

  private static void requireFits(PreferencePairs pairs, int length) {
    Samples samples = pairs.samples();
    for (int pair = 0; pair < samples.size(); pair++) {
      if (samples.length(pair) > length) {
        throw new IllegalArgumentException(
            String.format(
                "length must be at least %d, which pair %d has, chosen and rejected together, got"
                    + " %d",
                samples.length(pair), pair, length));
      }
    }
  }

  /** Returns the pairs. */
  public PreferencePairs pairs() {
    return pairs;
  }

  /**
   * Returns the numbers of the pairs in a row, in the order in which they lie there.
   *
   * @param index the row, from 0 to {@code size() - 1}
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public int[] pairs(long index) {
    int[] numbers = new int[packed.segments(index)];
    for (int k = 0; k < numbers.length; k++) {
      numbers[k] = packed.sample(index, k);
    }
    return numbers;
  }

  /** Returns how many pairs a row has; fails as {@link #pairs(long)} does. */
  public int pairCount(long index) {
    return packed.segments(index);
  }

  /** Returns how well the pairs fit; a sample there is a pair. */
  public PackingReport report() {
    return packed.report();
  }

  @Override
  public long size() {
    return packed.size();
  }

  @Override
  public int length() {
    return packed.length();
  }

  @Override
  public int longestSegment() {
    return pairs.longestSide();
  }

  @Override
  public void read(long index, Row row) {
    packed.read(index, row);
    int begin = 0;
    for (int k = 0; k < packed.segments(index); k++) {
      int pair = packed.sample(index, k);
      int middle = begin + pairs.chosenLength(pair);
      int end = begin + pairs.samples().length(pair);
      row.segment(2 * k, begin, middle);
      row.segment(2 * k + 1, middle, end);
      begin = end;
    }
    // There may be more padding than a context has places; it is all alike.
    Arrays.fill(row.positions, begin, row.length(), 0);
  }
}
