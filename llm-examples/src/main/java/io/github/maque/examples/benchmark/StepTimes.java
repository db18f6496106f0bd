package io.github.maque.examples.benchmark;

import io.github.maque.train.metric.RunDescription;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import java.util.ArrayList;
import java.util.List;

/** How long each step of a run takes, from the end of the one before, by the clock on the wall. */
final class StepTimes implements TrainingListener {
  private final List<Double> seconds = new ArrayList<>();
  private long mark;

  @Override
  public void started(RunDescription run) {
    mark = System.nanoTime();
  }

  @Override
  public void stepped(StepMetrics step) {
    long now = System.nanoTime();
    seconds.add((now - mark) / 1e9);
    mark = now;
  }

  double[] seconds() {
    return seconds.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
