package io.github.maque.model;

/**
 * By which angles rotary embedding turns pairs of places at every position, computed in double
 * precision and to the same bits on every machine.
 *
 * <p>The frequencies are those of Hugging Face's {@code modeling_rope_utils.py} for the types
 * {@code default, linear, yarn} and {@code llama3}; {@link RotaryScaling.Ntk} is {@code default}
 * with another {@linkplain #base base}.
 */
public final class RotaryTable {
  private final double base;
  private final double[] frequencies;
  private final double attentionFactor;

  private RotaryTable(double base, double[] frequencies, double attentionFactor) {
    this.base = base;
    this.frequencies = frequencies;
    this.attentionFactor = attentionFactor;
  }

  /**
   * Returns the table for heads of a size.
   *
   * @throws IllegalArgumentException if the rotated part of a head is no even number of places
   */
  public static RotaryTable of(Positions.Rotary rotary, int headSize) {
    int rotated = rotary.rotated(headSize);
    double base = rotary.base();
    double attentionFactor = 1;
    if (rotary.scaling() instanceof RotaryScaling.Ntk ntk) {
      base *= StrictMath.pow(ntk.factor(), rotated / (rotated - 2.0));
    } else if (rotary.scaling() instanceof RotaryScaling.Yarn yarn) {
      attentionFactor = yarn.attentionFactor();
    }
    double[] frequencies = new double[rotated / 2];
    for (int i = 0; i < frequencies.length; i++) {
      double plain = 1 / StrictMath.pow(base, 2.0 * i / rotated);
      frequencies[i] = plain * share(rotary.scaling(), base, plain, i, rotated);
    }
    return new RotaryTable(base, frequencies, attentionFactor);
  }

  /** Returns by what scaling multiplies frequency {@code i}. */
  private static double share(
      RotaryScaling scaling, double base, double plain, int i, int rotated) {
    if (scaling instanceof RotaryScaling.Linear linear) {
      return 1 / linear.factor();
    }
    if (scaling instanceof RotaryScaling.Yarn yarn) {
      double first = Math.max(Math.floor(yarnPlace(yarn.betaFast(), yarn, base, rotated)), 0);
      double last =
          Math.min(Math.ceil(yarnPlace(yarn.betaSlow(), yarn, base, rotated)), rotated - 1);
      double length = first == last ? 0.001 : last - first;
      return between(1, 1 / yarn.factor(), (i - first) / length);
    }
    if (scaling instanceof RotaryScaling.Llama3 llama3) {
      double turns = llama3.originalContextLength() * plain / (2 * Math.PI);
      double low = llama3.lowFrequencyFactor();
      double high = llama3.highFrequencyFactor();
      return between(1 / llama3.factor(), 1, (turns - low) / (high - low));
    }
    return 1;
  }

  /** Returns at which place among the frequencies, a fraction, are those with so many turns. */
  private static double yarnPlace(double turns, RotaryScaling.Yarn yarn, double base, int rotated) {
    double tokensPerTurn = yarn.originalContextLength() / turns;
    return rotated * StrictMath.log(tokensPerTurn / (2 * Math.PI)) / (2 * StrictMath.log(base));
  }

  /** Goes from {@code start} to {@code end} as {@code way} goes from 0 to 1, and no farther. */
  private static double between(double start, double end, double way) {
    double clamped = Math.min(Math.max(way, 0), 1);
    return start * (1 - clamped) + end * clamped;
  }

  /** Returns the base of the frequencies, with {@link RotaryScaling.Ntk} the larger one. */
  public double base() {
    return base;
  }

  /** Returns how many of a head's places turn. */
  public int rotated() {
    return 2 * frequencies.length;
  }

  /**
   * Returns by what angle each pair of places turns from one position to the next, {@code [rotated
   * / 2]}, in radians.
   */
  public double[] frequencies() {
    return frequencies.clone();
  }

  /** Returns what cosines and sines are multiplied by: 1 but for {@link RotaryScaling.Yarn}. */
  public double attentionFactor() {
    return attentionFactor;
  }

  /**
   * Returns the cosines of positions 0, 1 and so on, {@code [positions, rotated / 2]} in row-major
   * order, multiplied by the {@linkplain #attentionFactor attention factor}.
   */
  public float[] cosines(int positions) {
    return cosines(0, positions);
  }

  /** Returns those of the positions {@code from} (inclusive) to {@code to} (exclusive) only. */
  float[] cosines(int from, int to) {
    float[] cosines = new float[size(to - from)];
    for (int i = 0; i < cosines.length; i++) {
      cosines[i] = (float) (attentionFactor * StrictMath.cos(angle(from, i)));
    }
    return cosines;
  }

  /** Returns the sines as {@link #cosines(int)} returns the cosines. */
  public float[] sines(int positions) {
    return sines(0, positions);
  }

  /** Returns the sines as {@link #cosines(int, int)} returns the cosines. */
  float[] sines(int from, int to) {
    float[] sines = new float[size(to - from)];
    for (int i = 0; i < sines.length; i++) {
      sines[i] = (float) (attentionFactor * StrictMath.sin(angle(from, i)));
    }
    return sines;
  }

  private double angle(int from, int i) {
    int position = from + i / frequencies.length;
    return position * frequencies[i % frequencies.length];
  }

  private int size(int positions) {
    Ranges.requirePositive("positions", positions);
    DecoderRules.requireProduct("positions", positions, "frequencies", frequencies.length);
    return positions * frequencies.length;
  }
}
