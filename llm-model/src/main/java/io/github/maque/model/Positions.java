package io.github.maque.model;

/** How a decoder knows where a token stands. */
public sealed interface Positions {
  /** Not at all, but for the causal mask. */
  record None() implements Positions {}

  /** A learned vector per position is added to the embedding, as in GPT-2. */
  record Learned() implements Positions {}

  /**
   * Rotary embedding of queries and keys (Su et al., 2021), in the layout of Hugging Face's Llama:
   * place {@code i} of the first half of the rotated places turns with place {@code i} of the
   * second half.
   *
   * @param base the base of the frequencies, more than 1; frequency {@code i} is {@code
   *     base^(−2i/rotated)} radians a token
   * @param fraction which share of each head's places is rotated, over 0 to 1; the rest passes
   * @param scaling how frequencies change to reach beyond the context trained on
   */
  record Rotary(double base, double fraction, RotaryScaling scaling) implements Positions {
    /** Refuses a base and a fraction out of range. */
    public Rotary {
      Ranges.requireFinite("base", base, base > 1, "more than 1");
      Ranges.requireFinite(
          "fraction", fraction, fraction > 0 && fraction <= 1, "over 0, at most 1");
    }

    /** Rotates all places of a head, with frequencies as they are. */
    public Rotary(double base) {
      this(base, 1, new RotaryScaling.None());
    }

    /** All places of a head, base 10,000, frequencies as they are. */
    public static Rotary defaults() {
      return new Rotary(10_000);
    }

    /**
     * Returns how many of a head's places are rotated.
     *
     * @throws IllegalArgumentException if the fraction of {@code headSize} is no even number from 2
     */
    public int rotated(int headSize) {
      double exact = fraction * headSize;
      long rotated = Math.round(exact);
      if (Math.abs(exact - rotated) > 1e-6 || rotated < 2 || rotated % 2 != 0) {
        throw new IllegalArgumentException(
            "positions: fraction times headSize must be an even number from 2, since places turn in"
                + " pairs; got "
                + fraction
                + " times "
                + headSize);
      }
      return (int) rotated;
    }
  }
}
