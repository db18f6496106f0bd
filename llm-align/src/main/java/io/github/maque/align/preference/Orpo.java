package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/**
 * Odds-ratio preference optimisation (Hong et al., 2024), which needs no reference: fine-tuning on
 * the chosen answer, and a term that makes the rejected one less likely. With the mean
 * log-probabilities c of a token of the chosen answer and r of the rejected one:
 *
 * <pre>{@code
 * −c − λ · log σ(log odds(c) − log odds(r)),    odds(x) = eˣ / (1 − eˣ)
 * }</pre>
 *
 * <p>The odds of an answer that is certain are not finite: a mean log-probability above −1e−7
 * counts as −1e−7 in 1 − eˣ.
 *
 * @param lambda λ, how much the second term counts, above 0; 0.1 in the paper
 */
public record Orpo(double lambda) implements PreferenceLoss {
  private static final double CERTAIN = -1e-7;

  /** Checks the number. */
  public Orpo {
    Ranges.requirePositive("lambda", lambda);
  }

  @Override
  public NDArray losses(PairLogProbabilities pairs) {
    PairLogProbabilities means = pairs.perToken();
    NDArray chosen = means.policyChosen();
    NDArray logOddsRatio = logOdds(chosen).sub(logOdds(means.policyRejected()));
    return Activation.softPlus(logOddsRatio.neg()).mul(lambda).sub(chosen);
  }

  private static NDArray logOdds(NDArray logProbability) {
    NDArray complement = logProbability.minimum(CERTAIN).exp().neg().add(1);
    return logProbability.sub(complement.log());
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
    return lambda;
  }
}
