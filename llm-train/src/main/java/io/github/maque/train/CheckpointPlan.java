package io.github.maque.train;

import io.github.maque.train.checkpoint.Retention;
import io.github.maque.train.schedule.Amount;

/**
 * When a run is saved, and which checkpoints are kept.
 *
 * @param every how often, besides after the last step: after so many steps or tokens, or such a
 *     part of the run; 0 of them for the last only
 * @param keep which ones stay; if the best do, and the run is evaluated at all, it is evaluated
 *     whenever it is saved
 */
public record CheckpointPlan(Amount every, Retention keep) {
  /** Saves every so many steps; 0 for the last only. */
  public CheckpointPlan(long everySteps, Retention keep) {
    this(EvaluationPlan.steps("every", everySteps), keep);
  }

  /** Returns the same plan, followed more or less often. */
  public CheckpointPlan withEvery(Amount other) {
    return new CheckpointPlan(other, keep);
  }

  /** Every 500 steps; the last two and the best. */
  public static CheckpointPlan defaults() {
    return new CheckpointPlan(500, new Retention(2, 1, 0));
  }
}
