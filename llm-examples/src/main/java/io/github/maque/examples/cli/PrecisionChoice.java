package io.github.maque.examples.cli;

import io.github.maque.model.kernel.Precision;
import java.util.Locale;

/** Precisions as options and figures spell them. */
enum PrecisionChoice {
  AUTO(Precision.FLOAT32),
  FLOAT32(Precision.FLOAT32),
  BFLOAT16_MIXED(Precision.BFLOAT16_MIXED),
  BFLOAT16_TRUE(Precision.BFLOAT16_TRUE),
  FLOAT16_MIXED(Precision.FLOAT16_MIXED);

  private final Precision precision;

  PrecisionChoice(Precision precision) {
    this.precision = precision;
  }

  /** Returns the precision to compute in. */
  Precision choose() {
    return precision;
  }

  /** Returns how figures name a precision: {@code bfloat16_mixed}. */
  static String nameOf(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }
}
