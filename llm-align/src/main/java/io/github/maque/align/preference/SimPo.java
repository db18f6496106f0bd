package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/**
 * Simple preference optimisation (Meng et al., 2024), which needs no reference. With the mean
 * log-probabilities c of a token of the chosen answer and r of the rejected one:
 *
 * <pre>{@code
 * −log σ(β · (c − r) − γ)
 * }</pre>
 *
 * @param beta β, above 0; 2 to 10 in the paper
 * @param gamma γ, by how much the reward of the chosen answer should be higher, 0 or more; 0.3 to
 *     0.5 of β in the paper
 */
public record SimPo(double beta, double gamma) implements PreferenceLoss {
  /** Checks the numbers. */
  public SimPo {
    Ranges.requirePositive("beta", beta);
    Ranges.requireNotNegative("gamma", gamma);
  }

  @Override
  public NDArray losses(PairLogProbabilities pairs) {
    PairLogProbabilities means = pairs.perToken();
    NDArray reward = means.policyChosen().sub(means.policyRejected()).mul(beta).sub(gamma);
    return Activation.softPlus(reward.neg());
  }

  @Override
  public boolean needsReference() {
    return false;
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
