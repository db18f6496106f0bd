package io.github.maque.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;

/** Figures of an update, on the device until they are asked for. */
final class StepFigures implements AutoCloseable {
  private final NDManager scope;
  private final NDArray figures;
  private final double inverse;
  private final Map<String, NDArray> metrics;

  /**
   * Creates some.
   *
   * @param scope what all of them belong to, closed with them
   * @param figures as {@code judge} in {@code step.py} returns them
   * @param inverse of what the sums in {@code metrics} are divided by
   */
  StepFigures(NDManager scope, NDArray figures, double inverse, Map<String, NDArray> metrics) {
    this.scope = scope;
    this.figures = figures;
    this.inverse = inverse;
    this.metrics = metrics;
  }

  /** Waits for the device. */
  Values values() {
    double[] values = figures.toDoubleArray();
    Map<String, Double> others = new LinkedHashMap<>();
    metrics.forEach((name, sum) -> others.put(name, sum.toDoubleArray()[0] * inverse));
    return new Values(
        values[0],
        values[1],
        values[2] != 0,
        values[3] != 0,
        values[4],
        values[5],
        (long) values[6],
        inverse == 0,
        others);
  }

  @Override
  public void close() {
    scope.close();
  }

  /**
   * Figures that have come from the device.
   *
   * @param spike how many standard deviations the loss is above the mean of the last ones
   * @param lossScale that the update was made with
   * @param skippedInARow how many updates have been left out without one made between them
   * @param empty whether nothing in the step had any weight
   */
  record Values(
      double loss,
      double gradientNorm,
      boolean skipped,
      boolean notFinite,
      double spike,
      double lossScale,
      long skippedInARow,
      boolean empty,
      Map<String, Double> others) {}
}
