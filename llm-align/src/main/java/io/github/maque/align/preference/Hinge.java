package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/**
 * The hinge loss of SLiC (Zhao et al., 2023) on log-ratios to a reference (Liu et al., "Statistical
 * rejection sampling improves preference optimization", 2024), with m the {@linkplain
 * PairLogProbabilities#margin margin}:
 *
 * <pre>{@code
 * max(0, 1 − β · m)
 * }</pre>
 *
 * @param beta β: the margin beyond which nothing more is learnt is 1 / β nats; above 0
 */
public record Hinge(double beta) implements PreferenceLoss {
  /** Checks the number. */
  public Hinge {
    Ranges.requirePositive("beta", beta);
  }

  @Override
  public NDArray losses(PairLogProbabilities pairs) {
    return Activation.relu(pairs.margin().mul(-beta).add(1));
  }

  @Override
  public double rewardScale() {
    return beta;
  }
}
