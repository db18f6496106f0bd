package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/**
 * Direct preference optimisation (Rafailov et al., 2023), with m the {@linkplain
 * PairLogProbabilities#margin margin}:
 *
 * <pre>{@code
 * −(1 − s) · log σ(β · m) − s · log σ(−β · m)
 * }</pre>
 *
 * @param beta β, how much it costs to leave the reference, above 0; 0.1 is usual
 * @param labelSmoothing s, which share of the pairs may be the wrong way round (Mitchell, "A note
 *     on DPO with noisy preferences", 2023, called conservative DPO), 0 to below 0.5
 */
public record Dpo(double beta, double labelSmoothing) implements PreferenceLoss {
  /** Checks the numbers. */
  public Dpo {
    Ranges.requirePositive("beta", beta);
    if (!(labelSmoothing >= 0 && labelSmoothing < 0.5)) {
      throw new IllegalArgumentException(
          "labelSmoothing must be at least 0 and less than 0.5, got " + labelSmoothing);
    }
  }

  /** Without label smoothing. */
  public Dpo(double beta) {
    this(beta, 0);
  }

  /** Returns the usual one, of β = 0.1. */
  public static Dpo defaults() {
    return new Dpo(0.1);
  }

  @Override
  public NDArray losses(PairLogProbabilities pairs) {
    NDArray reward = pairs.margin().mul(beta);
    NDArray right = Activation.softPlus(reward.neg());
    return labelSmoothing == 0
        ? right
        : right.mul(1 - labelSmoothing).add(Activation.softPlus(reward).mul(labelSmoothing));
  }

  @Override
  public double rewardScale() {
    return beta;
  }
}
