package io.github.maque.train.optimizer;

import ai.djl.ndarray.NDManager;
import io.github.maque.train.optimizer.UpdateRule.State;
import java.util.List;

/**
 * Stochastic gradient descent, with momentum if wanted (Sutskever et al. 2013, <a
 * href="https://proceedings.mlr.press/v28/sutskever13.html">On the importance of initialization and
 * momentum in deep learning</a>).
 *
 * <p>With the learning rate {@code r} and the gradient {@code g}:
 *
 * <pre>{@code
 * g = g + weightDecay · w
 * m = momentum · m + g
 * w = w − r · m                      or, with nesterov,  w − r · (g + momentum · m)
 * }</pre>
 *
 * <p>The decay is part of the gradient and so of the momentum, as in PyTorch: a penalty on the
 * square of weights. The state is {@code momentum_buffer.NAME} for {@code m}; there is none without
 * momentum.
 *
 * @param learningRate greater than 0
 * @param momentum what is kept of former updates, 0 to below 1
 * @param nesterov whether to look ahead by the momentum; not with a momentum of 0
 * @param weightDecay of matrices and embeddings, 0 or more; vectors do not decay
 */
public record Sgd(double learningRate, double momentum, boolean nesterov, double weightDecay)
    implements OptimizerFactory {
  /** Checks that all are in their ranges. */
  public Sgd {
    Settings.requirePositive("learningRate", learningRate);
    Settings.requireBelowOne("momentum", momentum);
    Settings.requireNotNegative("weightDecay", weightDecay);
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException(
          "nesterov must be false if momentum is 0, which leaves nothing to look ahead by");
    }
  }

  /** Learning rate 0.1, momentum 0.9, not Nesterov's, no weight decay. */
  public static Sgd defaults() {
    return new Sgd(0.1, 0.9, false, 0);
  }

  @Override
  public Sgd withLearningRate(double rate) {
    return new Sgd(rate, momentum, nesterov, weightDecay);
  }

  /** Returns the same settings with another momentum. */
  public Sgd withMomentum(double value, boolean lookAhead) {
    return new Sgd(learningRate, value, lookAhead, weightDecay);
  }

  /** Returns the same settings with another weight decay. */
  public Sgd withWeightDecay(double decay) {
    return new Sgd(learningRate, momentum, nesterov, decay);
  }

  @Override
  public Optimizer create(NDManager manager, List<TrainedParameter> parameters) {
    return new KernelOptimizer(manager, parameters, rule());
  }

  private UpdateRule rule() {
    if (momentum == 0) {
      return new UpdateRule("sgd", learningRate, weightDecay, List.of(), List.of());
    }
    return new UpdateRule(
        "sgd_with_momentum",
        learningRate,
        weightDecay,
        List.of(State.MOMENTUM_BUFFER),
        List.of(momentum, nesterov));
  }
}
