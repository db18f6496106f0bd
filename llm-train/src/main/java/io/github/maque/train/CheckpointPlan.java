package io.github.maque.train;

import io.github.maque.train.checkpoint.Retention;

/**
 * When a run is saved, and which checkpoints are kept.
 *
 * @param every after how many steps, besides after the last; 0 for the last only
 * @param keep which ones stay; if the best do, and the run is evaluated at all, it is evaluated
 *     whenever it is saved
 */
public record CheckpointPlan(long every, Retention keep) {
  /** Checks the number. */
  public CheckpointPlan {
    if (every < 0) {
      throw new IllegalArgumentException("every must be at least 0, got " + every);
    }
  }

  /** Every 500 steps; the last two and the best. */
  public static CheckpointPlan defaults() {
    return new CheckpointPlan(500, new Retention(2, 1, 0));
  }
}
