package io.github.maque.model.kernel;

import ai.djl.ndarray.NDManager;

/**
 * In which floating-point format a model computes. Whatever it is, the arrays that DJL sees are
 * 32-bit floats: lower precision lives inside the kernels only, because DJL aborts the JVM on some
 * calls with the type bfloat16.
 */
public enum Precision {
  /**
   * Whichever of {@link #FLOAT32} and {@link #BFLOAT16_MIXED} multiplies matrices faster on the
   * device, found out once per device by {@link #resolve}; not all CPUs are good at bfloat16.
   */
  AUTO(0),

  /** Everything in 32-bit floats. */
  FLOAT32(6),

  /**
   * Weights, the residual stream, norms' statistics and losses in 32-bit floats; matrix products
   * and attention in bfloat16 (8 bits of exponent, 8 of precision).
   */
  BFLOAT16_MIXED(15),

  /**
   * Weights and all that is computed from them rounded to bfloat16, the residual stream too. The
   * arrays that hold the weights keep their 32 bits per number.
   */
  BFLOAT16_TRUE(15),

  /**
   * As {@link #BFLOAT16_MIXED} with IEEE half precision, whose small range (largest number 65,504)
   * needs the loss to be scaled when training.
   */
  FLOAT16_MIXED(5);

  private final long dtype;

  Precision(long dtype) {
    this.dtype = dtype;
  }

  /**
   * Returns what kernels call the type that matrix products are computed in.
   *
   * @throws IllegalStateException if this is {@link #AUTO}
   */
  public long dtype() {
    if (this == AUTO) {
      throw new IllegalStateException("AUTO computes in nothing before it is resolved");
    }
    return dtype;
  }

  /**
   * Returns this precision, or what {@link #AUTO} stands for on the device of a manager. The first
   * time on a device, that takes some tenths of a second.
   */
  public Precision resolve(NDManager manager) {
    return this == AUTO ? PrecisionChoice.on(manager).precision() : this;
  }
}
