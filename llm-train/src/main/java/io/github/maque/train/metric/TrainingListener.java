package io.github.maque.train.metric;

/**
 * Hears what happens in a run, on the thread that trains. A listener that throws is reported once
 * and heard no more; training goes on.
 */
public interface TrainingListener {
  /** The run begins, or goes on. */
  default void started(RunDescription run) {}

  /** An update was made, or left out. */
  default void stepped(StepMetrics step) {}

  /** The model was evaluated. */
  default void evaluated(Evaluation evaluation) {}

  /** A checkpoint is complete on disk. */
  default void saved(SavedCheckpoint checkpoint) {}

  /** Something is not as it should be, and training goes on. */
  default void warned(Warning warning) {}

  /** The run has ended, whatever the reason; nothing follows. */
  default void ended(RunEnd end) {}
}
