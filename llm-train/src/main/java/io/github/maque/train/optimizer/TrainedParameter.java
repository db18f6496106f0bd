package io.github.maque.train.optimizer;

import ai.djl.ndarray.NDArray;

/**
 * A parameter that an optimizer changes.
 *
 * @param name as in {@link io.github.maque.model.Decoder#allParametersByName}
 * @param kind by which optimizers tell what to do with it
 * @param weight float32, changed in place
 * @param gradient float32 of the same shape; the same array over the whole run
 * @param rateFactor what its learning rate is multiplied with, 0 or more
 * @param decayFactor what its weight decay is multiplied with, 0 or more
 */
public record TrainedParameter(
    String name,
    Kind kind,
    NDArray weight,
    NDArray gradient,
    double rateFactor,
    double decayFactor) {
  /** What a parameter is used for. */
  public enum Kind {
    /** A matrix that vectors are multiplied with. */
    MATRIX,
    /** A table of rows that are looked up, or compared with: embeddings, and the head. */
    EMBEDDING,
    /** A vector, such as a bias or the weights of a norm; it does not decay by default. */
    VECTOR
  }

  /** Checks shapes and factors. */
  public TrainedParameter {
    if (!weight.getShape().equals(gradient.getShape())) {
      throw new IllegalArgumentException(
          "gradient of %s must have the weight's shape %s, got %s"
              .formatted(name, weight.getShape(), gradient.getShape()));
    }
    Settings.requireNotNegative("rateFactor of " + name, rateFactor);
    Settings.requireNotNegative("decayFactor of " + name, decayFactor);
  }
}
