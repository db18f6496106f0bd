package io.github.maque.train;

import io.github.maque.train.metric.TrainingListener;
import java.util.List;
import java.util.Optional;

/**
 * A listener that may end a run before its time, since it does harm or no good. A run that goes on
 * tells it first what happened before, so that it judges as if the run had not been interrupted.
 */
public interface StopRule extends TrainingListener {
  /** Returns what it has found so far; each finding is told once, as a warning. */
  default List<String> findings() {
    return List.of();
  }

  /**
   * Returns why the run should be saved and ended now, or nothing. Asked after each look at the
   * figures of updates, and after each evaluation.
   */
  Optional<String> reason();
}
