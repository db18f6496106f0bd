package io.github.maque.model;

/**
 * Rotary embedding (Su et al., 2021) in double precision, with every way to reach beyond the
 * context a model was trained on.
 */
final class NaiveRotary {
  private NaiveRotary() {}

  /** Returns a head with its rotated places, the first share of them, turned to a position. */
  static double[] turn(double[] head, int position, Positions.Rotary rotary) {
    double[] frequencies = frequencies(head.length, rotary);
    int half = frequencies.length;
    double factor =
        rotary.scaling() instanceof RotaryScaling.Yarn yarn ? yarn.attentionFactor() : 1;
    double[] turned = head.clone();
    for (int i = 0; i < half; i++) {
      double cosine = factor * Math.cos(position * frequencies[i]);
      double sine = factor * Math.sin(position * frequencies[i]);
      turned[i] = head[i] * cosine - head[half + i] * sine;
      turned[half + i] = head[half + i] * cosine + head[i] * sine;
    }
    return turned;
  }

  /** Returns by which angle, in radians, each pair of places turns from position to position. */
  static double[] frequencies(int headSize, Positions.Rotary rotary) {
    int rotated = (int) Math.round(rotary.fraction() * headSize);
    double base = rotary.base();
    if (rotary.scaling() instanceof RotaryScaling.Ntk ntk) {
      base *= Math.pow(ntk.factor(), rotated / (rotated - 2.0));
    }
    double[] frequencies = new double[rotated / 2];
    for (int i = 0; i < frequencies.length; i++) {
      double plain = Math.pow(base, -2.0 * i / rotated);
      RotaryScaling scaling = rotary.scaling();
      if (scaling instanceof RotaryScaling.Linear linear) {
        frequencies[i] = plain / linear.factor();
      } else if (scaling instanceof RotaryScaling.Yarn yarn) {
        double share = yarnShare(i, rotated, base, yarn);
        frequencies[i] = plain * (1 - share) + plain / yarn.factor() * share;
      } else if (scaling instanceof RotaryScaling.Llama3 llama3) {
        double share = llama3Share(plain, llama3);
        frequencies[i] = plain * (1 - share) + plain / llama3.factor() * share;
      } else {
        frequencies[i] = plain;
      }
    }
    return frequencies;
  }

  /**
   * Returns how far pair {@code i} is slowed, from 0 to 1: a ramp over the pairs between the one
   * that turns {@code betaFast} times in the original context and the one that turns {@code
   * betaSlow} times (Peng et al., 2023; their program rounds the ends to whole pairs, outwards).
   */
  private static double yarnShare(int i, int rotated, double base, RotaryScaling.Yarn yarn) {
    double first = Math.max(0, Math.floor(pairTurning(yarn.betaFast(), rotated, base, yarn)));
    double last =
        Math.min(rotated - 1, Math.ceil(pairTurning(yarn.betaSlow(), rotated, base, yarn)));
    return Math.min(1, Math.max(0, (i - first) / (first == last ? 0.001 : last - first)));
  }

  /** Returns which pair turns so many times in the original context; not a whole number. */
  private static double pairTurning(
      double times, int rotated, double base, RotaryScaling.Yarn yarn) {
    double radiansPerToken = times * 2 * Math.PI / yarn.originalContextLength();
    return -Math.log(radiansPerToken) / Math.log(base) * rotated / 2;
  }

  /**
   * Returns how far a frequency is slowed, from 0 to 1, by how often it turns in the original
   * context: not from {@code highFrequencyFactor} turns on, wholly up to {@code
   * lowFrequencyFactor}.
   */
  private static double llama3Share(double frequency, RotaryScaling.Llama3 llama3) {
    double turns = llama3.originalContextLength() * frequency / (2 * Math.PI);
    double kept =
        (turns - llama3.lowFrequencyFactor())
            / (llama3.highFrequencyFactor() - llama3.lowFrequencyFactor());
    return 1 - Math.min(1, Math.max(0, kept));
  }
}
