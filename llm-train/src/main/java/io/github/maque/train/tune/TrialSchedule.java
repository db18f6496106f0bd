package io.github.maque.train.tune;

import io.github.maque.train.schedule.Horizon;
import io.github.maque.train.schedule.Schedule;

/**
 * The schedule of a run in small: the whole of it within a trial, its warm-up no shorter than a
 * tenth of the trial.
 *
 * @param whole the schedule of the run
 * @param run the length of the run, at least that of the trial
 */
record TrialSchedule(Schedule whole, Horizon run) implements Schedule {
  @Override
  public double factor(long step, Horizon trial) {
    long place = (long) ((step + 0.5) / trial.steps() * run.steps());
    double factor = whole.factor(place, run);
    if (run.steps() == trial.steps()) {
      return factor;
    }
    return Math.min(factor, (step + 1.0) / Math.max(1, trial.steps() / 10));
  }
}
