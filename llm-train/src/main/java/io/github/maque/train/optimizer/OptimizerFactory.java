package io.github.maque.train.optimizer;

import ai.djl.ndarray.NDManager;
import java.util.List;

/** The settings of an optimizer, from which one is made for the parameters of a run. */
public interface OptimizerFactory {
  /** Returns the learning rate that a schedule's factors apply to, greater than 0. */
  double learningRate();

  /** Returns the same settings with another learning rate; rates inside keep their proportions. */
  OptimizerFactory withLearningRate(double rate);

  /**
   * Makes an optimizer.
   *
   * @param manager what its arrays belong to until it is closed
   * @param parameters what it changes, in an order that is always the same
   */
  Optimizer create(NDManager manager, List<TrainedParameter> parameters);
}
