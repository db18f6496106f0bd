package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;

/**
 * Identity preference optimisation (Azar et al., 2023), with m the {@linkplain
 * PairLogProbabilities#margin margin}:
 *
 * <pre>{@code
 * (m − 1 / (2 β))²
 * }</pre>
 *
 * <p>The log-probabilities are means over the tokens of an answer, as in TRL, and not sums, as in
 * the paper: the margin that is aimed at is then the same for long answers and short ones.
 *
 * @param beta β (τ in the paper): the margin that is aimed at is 1 / (2 β) nats a token; above 0
 */
public record Ipo(double beta) implements PreferenceLoss {
  /** Checks the number. */
  public Ipo {
    Ranges.requirePositive("beta", beta);
  }

  @Override
  public NDArray losses(PairLogProbabilities pairs) {
    return pairs.perToken().margin().sub(1 / (2 * beta)).square();
  }

  @Override
  public boolean normalizesLength() {
    return true;
  }

  @Override
  public double rewardScale() {
    return beta;
  }
}
