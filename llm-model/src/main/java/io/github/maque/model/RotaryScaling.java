package io.github.maque.model;

/**
 * How rotary frequencies are changed to reach beyond the context a model was first trained on.
 * {@link RotaryTable} computes them.
 */
public sealed interface RotaryScaling {
  /** Frequencies as they are. */
  record None() implements RotaryScaling {}

  /**
   * All frequencies divided by {@code factor} (Chen et al., 2023).
   *
   * @param factor how many times longer the context becomes, at least 1
   */
  record Linear(double factor) implements RotaryScaling {
    /** Refuses a factor out of range. */
    public Linear {
      requireFactor(factor);
    }
  }

  /**
   * The base multiplied by {@code factor^(rotated / (rotated − 2))}: NTK-aware scaling, which
   * leaves the highest frequency as it is and divides the lowest one by {@code factor}. It does not
   * depend on the length of a text, as "dynamic" NTK scaling does, and so a model with it is one
   * with another base.
   *
   * @param factor how many times slower the lowest frequency becomes, at least 1
   */
  record Ntk(double factor) implements RotaryScaling {
    /** Refuses a factor out of range. */
    public Ntk {
      requireFactor(factor);
    }
  }

  /**
   * YaRN (Peng et al., 2023): high frequencies as they are, low ones divided by {@code factor}, a
   * ramp between; rotated queries and keys multiplied by {@code attentionFactor}.
   *
   * @param factor how many times longer the context becomes, at least 1
   * @param originalContextLength the context trained on before, in tokens
   * @param betaFast frequencies that turn more often than this in the original context stay; the
   *     ends of the ramp are rounded outwards to whole frequencies
   * @param betaSlow frequencies that turn less often than this are divided; less than {@code
   *     betaFast}
   * @param attentionFactor what cosines and sines are multiplied by
   */
  record Yarn(
      double factor,
      int originalContextLength,
      double betaFast,
      double betaSlow,
      double attentionFactor)
      implements RotaryScaling {
    /** Refuses values out of range. */
    public Yarn {
      requireFactor(factor);
      Ranges.requirePositive("originalContextLength", originalContextLength);
      Ranges.requireFinite("betaSlow", betaSlow, betaSlow > 0, "positive");
      Ranges.requireFinite(
          "betaFast", betaFast, betaFast > betaSlow, "more than betaSlow, which is " + betaSlow);
      Ranges.requireFinite("attentionFactor", attentionFactor, attentionFactor > 0, "positive");
    }

    /**
     * Scales with the paper's settings: {@code betaFast} 32, {@code betaSlow} 1 and the {@linkplain
     * #defaultAttentionFactor attention factor} it recommends.
     */
    public Yarn(double factor, int originalContextLength) {
      this(factor, originalContextLength, 32, 1, defaultAttentionFactor(factor));
    }

    /** Returns the attention factor that the paper recommends: {@code 0.1 · ln(factor) + 1}. */
    public static double defaultAttentionFactor(double factor) {
      return 0.1 * StrictMath.log(factor) + 1;
    }
  }

  /**
   * The scaling of Llama 3.1: frequencies that turn at least {@code highFrequencyFactor} times in
   * the original context stay, those that turn at most {@code lowFrequencyFactor} times are divided
   * by {@code factor}, and between there is a ramp over the number of turns.
   *
   * @param factor how many times slower low frequencies become, at least 1
   * @param lowFrequencyFactor turns in the original context, positive
   * @param highFrequencyFactor turns in the original context, more than {@code lowFrequencyFactor}
   * @param originalContextLength the context trained on before, in tokens
   */
  record Llama3(
      double factor,
      double lowFrequencyFactor,
      double highFrequencyFactor,
      int originalContextLength)
      implements RotaryScaling {
    /** Refuses values out of range. */
    public Llama3 {
      requireFactor(factor);
      Ranges.requireFinite(
          "lowFrequencyFactor", lowFrequencyFactor, lowFrequencyFactor > 0, "positive");
      Ranges.requireFinite(
          "highFrequencyFactor",
          highFrequencyFactor,
          highFrequencyFactor > lowFrequencyFactor,
          "more than lowFrequencyFactor, which is " + lowFrequencyFactor);
      Ranges.requirePositive("originalContextLength", originalContextLength);
    }
  }

  private static void requireFactor(double factor) {
    Ranges.requireFinite("factor", factor, factor >= 1, "at least 1");
  }
}
