package io.github.maque.train.optimizer;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.optimizer.TrainedParameter.Kind;
import io.github.maque.train.optimizer.UpdateRule.State;
import java.util.List;

/**
 * Momentum made orthogonal by a Newton-Schulz iteration, for matrices (Jordan et al. 2024, <a
 * href="https://kellerjordan.github.io/posts/muon/">Muon: An optimizer for hidden layers in neural
 * networks</a>). Embeddings, the head and vectors go to {@link AdamW}.
 *
 * <p>With the learning rate {@code r} and the gradient {@code g} of a matrix:
 *
 * <pre>{@code
 * m = momentum · m + (1 − momentum) · g
 * u = m                              or, with nesterov,  momentum · m + (1 − momentum) · g
 * x = u / ‖u‖, then as often as iterations say:
 * x = 3.4445 · x − 4.7750 · (x xᵀ) x + 2.0315 · (x xᵀ)² x
 * w = w · (1 − r · weightDecay) − r · 0.2 · √max(rows, columns) · x
 * }</pre>
 *
 * <p>The factor in the last line gives updates the size that those of AdamW have (Liu et al. 2025,
 * <a href="https://arxiv.org/abs/2502.16982">arXiv:2502.16982</a>), so that learning rates and
 * weight decays found for AdamW serve here too. The iteration computes in bfloat16 on a GPU and in
 * float32 on a CPU. An array of more than two dimensions is taken as a matrix of its first by all
 * others. The state is {@code momentum_buffer.NAME} for {@code m}, and AdamW's for what is its.
 *
 * @param learningRate of matrices, greater than 0
 * @param momentum what the average of gradients keeps in an update, 0 to below 1
 * @param nesterov whether to look ahead by the momentum
 * @param iterations how often the Newton-Schulz step is made, 1 to 100; singular values end up
 *     between about 0.7 and 1.2 with 5 of them
 * @param weightDecay of matrices, 0 or more
 * @param others for what is not a matrix
 */
public record Muon(
    double learningRate,
    double momentum,
    boolean nesterov,
    int iterations,
    double weightDecay,
    AdamW others)
    implements OptimizerFactory {
  /** Checks that all are in their ranges. */
  public Muon {
    Settings.requirePositive("learningRate", learningRate);
    Settings.requireBelowOne("momentum", momentum);
    Settings.requireNotNegative("weightDecay", weightDecay);
    if (iterations < 1 || iterations > 100) {
      throw new IllegalArgumentException("iterations must be 1 to 100, got " + iterations);
    }
  }

  /**
   * Learning rate 0.001, Nesterov's momentum 0.95, 5 iterations, weight decay 0.1; the others by
   * the defaults of AdamW.
   */
  public static Muon defaults() {
    return new Muon(1e-3, 0.95, true, 5, 0.1, AdamW.defaults());
  }

  /** The rate of the others changes in proportion. */
  @Override
  public Muon withLearningRate(double rate) {
    Settings.requirePositive("learningRate", rate);
    AdamW proportional = others.withLearningRate(others.learningRate() * (rate / learningRate));
    return new Muon(rate, momentum, nesterov, iterations, weightDecay, proportional);
  }

  /** Returns the same settings with another momentum. */
  public Muon withMomentum(double value, boolean lookAhead) {
    return new Muon(learningRate, value, lookAhead, iterations, weightDecay, others);
  }

  /** Returns the same settings with another number of iterations. */
  public Muon withIterations(int count) {
    return new Muon(learningRate, momentum, nesterov, count, weightDecay, others);
  }

  /** Returns the same settings with another weight decay of matrices. */
  public Muon withWeightDecay(double decay) {
    return new Muon(learningRate, momentum, nesterov, iterations, decay, others);
  }

  /** Returns the same settings with others for what is not a matrix. */
  public Muon withOthers(AdamW settings) {
    return new Muon(learningRate, momentum, nesterov, iterations, weightDecay, settings);
  }

  @Override
  public Optimizer create(NDManager manager, List<TrainedParameter> parameters) {
    parameters.forEach(Muon::requireDimensions);
    List<TrainedParameter> matrices = parameters.stream().filter(Muon::isMatrix).toList();
    List<TrainedParameter> rest =
        parameters.stream().filter(parameter -> !isMatrix(parameter)).toList();
    Precision precision =
        manager.getDevice().isGpu() ? Precision.BFLOAT16_MIXED : Precision.FLOAT32;
    UpdateRule rule =
        new UpdateRule(
            "muon",
            learningRate,
            weightDecay,
            List.of(State.MOMENTUM_BUFFER),
            List.of(momentum, nesterov, iterations, precision.dtype()));
    return new JoinedOptimizer(
        List.of(new KernelOptimizer(manager, matrices, rule), others.create(manager, rest)));
  }

  private static boolean isMatrix(TrainedParameter parameter) {
    return parameter.kind() == Kind.MATRIX;
  }

  private static void requireDimensions(TrainedParameter parameter) {
    if (isMatrix(parameter) && parameter.weight().getShape().dimension() < 2) {
      throw new IllegalArgumentException(
          "%s must have at least 2 dimensions to be a MATRIX, got the shape %s"
              .formatted(parameter.name(), parameter.weight().getShape()));
    }
  }
}
