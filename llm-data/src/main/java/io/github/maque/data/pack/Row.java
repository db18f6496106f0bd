package io.github.maque.data.pack;

import java.util.Arrays;

/**
 * One sequence of a batch, spread out to be written and read at full speed: what place t of the
 * sequence has is at t of every array.
 *
 * <p>A model given the ids up to place t predicts the target of t. The loss there is multiplied by
 * the loss weight of t, which belongs to the target and not to the id. Tokens attend only to tokens
 * of the same segment, at the same place or before; positions count from 0 within each segment.
 * Segments are stretches numbered from 0 in their order. Padding comes last and is a segment of its
 * own, number {@value #PADDING}, of weight 0: under the same rule it attends to itself and no token
 * of a sample attends to it, and no token is without anything to attend to, which would make its
 * softmax not a number.
 */
public final class Row {
  /** The number of the segment that padding is in. */
  public static final int PADDING = -1;

  /** The token that the model is given. */
  public final int[] ids;

  /** The token to be predicted; any valid id where the weight is 0. */
  public final int[] targets;

  /** How much the prediction of the target counts, mostly 0 or 1. */
  public final float[] lossWeights;

  /** The place within the segment. */
  public final int[] positions;

  /** The segment, or {@link #PADDING}. */
  public final int[] segments;

  /** 0, 1, 2 …: copying it is several times faster than counting. */
  private final int[] ramp;

  /** Creates a row of {@code length} tokens, all zero. */
  public Row(int length) {
    ids = new int[length];
    targets = new int[length];
    lossWeights = new float[length];
    positions = new int[length];
    segments = new int[length];
    ramp = new int[length];
    Arrays.setAll(ramp, place -> place);
  }

  /** Returns how many tokens the row has. */
  public int length() {
    return ids.length;
  }

  /** Makes the places from {@code from} to {@code to - 1} the segment {@code number}. */
  public void segment(int number, int from, int to) {
    System.arraycopy(ramp, 0, positions, from, to - from);
    Arrays.fill(segments, from, to, number);
  }

  /** Fills the row up with padding from {@code from} on, with {@code id} as ids and targets. */
  public void pad(int from, int id) {
    Arrays.fill(ids, from, ids.length, id);
    Arrays.fill(targets, from, ids.length, id);
    Arrays.fill(lossWeights, from, ids.length, 0);
    segment(PADDING, from, ids.length);
  }
}
