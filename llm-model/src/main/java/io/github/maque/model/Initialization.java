package io.github.maque.model;

/**
 * How weights begin: normally distributed around 0, as GPT-2 (Radford et al., 2019); biases 0,
 * norms 1. A weight is a function of the seed, the parameter's name and its place in it, and so the
 * same on every machine; {@link DecoderConfig#initialValues} gives it.
 *
 * @param seed what to vary for another start
 * @param standardDeviation of all projections and embeddings, over 0 to 1
 * @param scaleResidual whether projections that write to the residual stream ({@code o_proj},
 *     {@code down_proj}) have their deviation divided by {@code sqrt(2 · layers)}
 */
public record Initialization(long seed, double standardDeviation, boolean scaleResidual) {
  /** Refuses a deviation out of range. */
  public Initialization {
    Ranges.requireFinite(
        "standardDeviation",
        standardDeviation,
        standardDeviation > 0 && standardDeviation <= 1,
        "over 0, at most 1");
  }

  /**
   * Starts as GPT-2 did, with a deviation of 0.02, smaller where the residual stream is written.
   */
  public Initialization(long seed) {
    this(seed, 0.02, true);
  }
}
