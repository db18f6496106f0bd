package io.github.maque.model;

/** How activations are normalised. */
public enum NormKind {
  /** {@code x / sqrt(mean(x²) + epsilon) * weight} (Zhang and Sennrich, 2019). */
  RMS_NORM,
  /** {@code (x − mean(x)) / sqrt(var(x) + epsilon) * weight + bias} (Ba et al., 2016). */
  LAYER_NORM
}
