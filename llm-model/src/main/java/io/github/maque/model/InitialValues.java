package io.github.maque.model;

import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * The values parameters begin with. Value {@code i} of a parameter is normal number {@code i} of
 * the seed and the parameter's name, times the deviation, rounded to a float once. Runs rest on
 * this: it never changes.
 */
final class InitialValues {
  private InitialValues() {}

  static void fill(DecoderConfig config, ParameterShape parameter, long from, FloatBuffer into) {
    Objects.checkFromIndexSize(from, into.remaining(), parameter.size());
    switch (parameter.kind()) {
      case NORM -> fill(into, 1);
      case BIAS -> fill(into, 0);
      case RESIDUAL_PROJECTION -> {
        Initialization initialization = config.initialization();
        double divisor = initialization.scaleResidual() ? Math.sqrt(2.0 * config.layers()) : 1;
        fillNormal(parameter, from, initialization.standardDeviation() / divisor, config, into);
      }
      case TOKEN_EMBEDDING, POSITION_EMBEDDING, PROJECTION, HEAD ->
          fillNormal(parameter, from, config.initialization().standardDeviation(), config, into);
    }
  }

  private static void fill(FloatBuffer into, float value) {
    while (into.hasRemaining()) {
      into.put(value);
    }
  }

  private static void fillNormal(
      ParameterShape parameter,
      long from,
      double deviation,
      DecoderConfig config,
      FloatBuffer into) {
    NormalNumbers numbers = new NormalNumbers(config.initialization().seed(), parameter.name());
    int start = into.position();
    int count = into.remaining();
    for (int i = 0; i < count; i++) {
      into.put(start + i, (float) (deviation * numbers.get(from + i)));
    }
    into.position(start + count);
  }
}
