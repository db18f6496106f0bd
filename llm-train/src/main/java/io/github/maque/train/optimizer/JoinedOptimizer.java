package io.github.maque.train.optimizer;

import ai.djl.ndarray.NDArray;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Optimizers of different parameters as one. */
final class JoinedOptimizer implements Optimizer {
  private final List<Optimizer> parts;

  JoinedOptimizer(List<Optimizer> parts) {
    this.parts = List.copyOf(parts);
  }

  @Override
  public void step(double rateFactor, NDArray gradientScale, NDArray skip) {
    parts.forEach(part -> part.step(rateFactor, gradientScale, skip));
  }

  @Override
  public Map<String, NDArray> state() {
    Map<String, NDArray> state = new LinkedHashMap<>();
    parts.forEach(part -> state.putAll(part.state()));
    return Collections.unmodifiableMap(state);
  }

  @Override
  public void close() {
    parts.forEach(Optimizer::close);
  }
}
