package io.github.maque.train.optimizer;

import ai.djl.ndarray.NDManager;
import io.github.maque.train.optimizer.UpdateRule.State;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015, <a href="https://arxiv.org/abs/1412.6980">arXiv:1412.6980</a>) with
 * decoupled weight decay (Loshchilov and Hutter 2019, <a
 * href="https://arxiv.org/abs/1711.05101">arXiv:1711.05101</a>), in one fused kernel.
 *
 * <p>In update {@code t}, counted from 1, with the learning rate {@code r} and the gradient {@code
 * g}:
 *
 * <pre>{@code
 * w = w · (1 − r · weightDecay)
 * m = beta1 · m + (1 − beta1) · g
 * v = beta2 · v + (1 − beta2) · g²
 * w = w − r · (m / (1 − beta1ᵗ)) / (√(v / (1 − beta2ᵗ)) + epsilon)
 * }</pre>
 *
 * <p>The decay goes with the learning rate, as in PyTorch. The state is {@code exp_avg.NAME} for
 * {@code m}, {@code exp_avg_sq.NAME} for {@code v} and {@code step.NAME}, {@code [1]}, for {@code
 * t}.
 *
 * @param learningRate greater than 0
 * @param beta1 what the average of gradients keeps in an update, 0 to below 1
 * @param beta2 what the average of squares keeps in an update, 0 to below 1
 * @param epsilon what keeps small gradients from large updates, greater than 0
 * @param weightDecay of matrices and embeddings, 0 or more; vectors do not decay
 */
public record AdamW(
    double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
    implements OptimizerFactory {
  /** Checks that all are in their ranges. */
  public AdamW {
    Settings.requirePositive("learningRate", learningRate);
    Settings.requireBelowOne("beta1", beta1);
    Settings.requireBelowOne("beta2", beta2);
    Settings.requirePositive("epsilon", epsilon);
    Settings.requireNotNegative("weightDecay", weightDecay);
  }

  /** Learning rate 0.001, betas 0.9 and 0.95, epsilon 1e-8, weight decay 0.1. */
  public static AdamW defaults() {
    return new AdamW(1e-3, 0.9, 0.95, 1e-8, 0.1);
  }

  @Override
  public AdamW withLearningRate(double rate) {
    return new AdamW(rate, beta1, beta2, epsilon, weightDecay);
  }

  /** Returns the same settings with other averages. */
  public AdamW withBetas(double first, double second) {
    return new AdamW(learningRate, first, second, epsilon, weightDecay);
  }

  /** Returns the same settings with another epsilon. */
  public AdamW withEpsilon(double value) {
    return new AdamW(learningRate, beta1, beta2, value, weightDecay);
  }

  /** Returns the same settings with another weight decay. */
  public AdamW withWeightDecay(double decay) {
    return new AdamW(learningRate, beta1, beta2, epsilon, decay);
  }

  @Override
  public Optimizer create(NDManager manager, List<TrainedParameter> parameters) {
    return new KernelOptimizer(
        manager,
        parameters,
        new UpdateRule(
            "adamw",
            learningRate,
            weightDecay,
            List.of(State.STEP, State.EXP_AVG, State.EXP_AVG_SQ),
            List.of(beta1, beta2, epsilon)));
  }
}
