package io.github.maque.examples.benchmark;

import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import java.util.ArrayList;
import java.util.List;

/**
 * How long each step of a run takes. On a GPU the trainer looks at some steps at once, and each of
 * them has an equal share of the time until they were done.
 */
final class StepTimes implements TrainingListener {
  private final List<Double> seconds = new ArrayList<>();

  @Override
  public void stepped(StepMetrics step) {
    seconds.add(step.seconds());
  }

  double[] seconds() {
    return seconds.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
