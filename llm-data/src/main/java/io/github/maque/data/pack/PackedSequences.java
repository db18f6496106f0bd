package io.github.maque.data.pack;

import java.util.Objects;

/**
 * Samples laid out in rows of one length, for fine-tuning: several in a row, as well as they fit,
 * or one in each. No sample is cut that is not longer than a row. Immutable; keeps two ints a
 * sample and one a row in memory.
 *
 * <p>A sample, or a piece of one, lies in a row as a segment of its own, with positions from 0.
 * Each of its tokens is an id once. The target of a token is the sample's next token, and the loss
 * weight is that of this next token: the weight of a target, so that the EOS of an answer is
 * learned where the token before it is the id. The last token of a sample has nothing to predict:
 * its target is the pad id and its weight 0. The rest of a row is padding, as {@link Row} has it.
 *
 * <p>Best fit takes the samples from the longest to the shortest, and puts each into the row with
 * the least room left that has room enough, or else into a new one (best-fit decreasing: D. S.
 * Johnson, "Near-optimal bin packing algorithms", 1973, where it needs at most 11/9 of the fewest
 * rows possible, and some; in language modelling H. Ding et al., "Fewer truncations improve
 * language modeling", 2024). The plan depends on the samples' lengths alone.
 */
public final class PackedSequences implements Sequences {
  private final Samples samples;
  private final int length;
  private final OverlongPolicy overlong;
  private final int padId;
  private final PackingPlan plan;

  private PackedSequences(
      Samples samples, int length, OverlongPolicy overlong, int padId, boolean onePerRow) {
    if (length < 1 || length > PackingPlan.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "length must be between 1 and " + PackingPlan.MAX_LENGTH + ", got " + length);
    }
    if (padId < 0) {
      throw new IllegalArgumentException("padId must not be negative, got " + padId);
    }
    this.samples = samples;
    this.length = length;
    this.overlong = overlong;
    this.padId = padId;
    this.plan = PackingPlan.of(samples, length, overlong, onePerRow);
  }

  /**
   * Packs samples by best fit.
   *
   * @param length how many tokens a row has
   * @param overlong what becomes of samples with more tokens
   * @param padId the id that padding has; any valid one, since nothing attends to it
   * @throws IllegalArgumentException if a sample is empty, or too long and {@code overlong} is
   *     {@link OverlongPolicy#REJECT}
   */
  public static PackedSequences bestFit(
      Samples samples, int length, OverlongPolicy overlong, int padId) {
    return new PackedSequences(samples, length, overlong, padId, false);
  }

  /** Gives each sample a row of its own, in their order; otherwise as {@link #bestFit}. */
  public static PackedSequences onePerRow(
      Samples samples, int length, OverlongPolicy overlong, int padId) {
    return new PackedSequences(samples, length, overlong, padId, true);
  }

  /** Returns how well the samples fit. */
  public PackingReport report() {
    return plan.report();
  }

  /**
   * Returns how many segments a row has, padding left out.
   *
   * @param index the row, from 0 to {@code size() - 1}
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public int segments(long index) {
    int number = (int) Objects.checkIndex(index, size());
    return plan.firstPiece(number + 1) - plan.firstPiece(number);
  }

  /**
   * Returns which sample a segment is, or is a piece of.
   *
   * @param index the row, from 0 to {@code size() - 1}
   * @param segment the segment of the row, counted from 0, padding left out
   * @throws IndexOutOfBoundsException if there is no such row or segment
   */
  public int sample(long index, int segment) {
    int number = (int) Objects.checkIndex(index, size());
    int first = plan.firstPiece(number);
    return plan.sample(first + Objects.checkIndex(segment, plan.firstPiece(number + 1) - first));
  }

  @Override
  public long size() {
    return plan.rows();
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void read(long index, Row row) {
    int number = (int) Objects.checkIndex(index, size());
    int first = plan.firstPiece(number);
    int end = plan.firstPiece(number + 1);
    int at = 0;
    for (int piece = first; piece < end; piece++) {
      int sample = plan.sample(piece);
      int from = plan.from(piece);
      int whole = samples.length(sample);
      int count = Math.min(length, whole - from);
      samples.read(sample, from, count, row.ids, row.lossWeights, at);
      int last = at + count - 1;
      System.arraycopy(row.ids, at + 1, row.targets, at, count - 1);
      System.arraycopy(row.lossWeights, at + 1, row.lossWeights, at, count - 1);
      if (overlong == OverlongPolicy.SPLIT && from + count < whole) {
        samples.read(sample, from + count, 1, row.targets, row.lossWeights, last);
      } else {
        row.targets[last] = padId;
        row.lossWeights[last] = 0;
      }
      row.segment(piece - first, at, last + 1);
      at = last + 1;
    }
    row.pad(at, padId);
  }
}
