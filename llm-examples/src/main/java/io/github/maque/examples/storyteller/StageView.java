package io.github.maque.examples.storyteller;

import io.github.maque.align.rollout.RolloutProgress;
import io.github.maque.examples.WorkListener;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.TrainingResult;
import java.io.IOException;

/** Shows the work to somebody, who may end it. */
public interface StageView {
  /** A stage begins, or goes on. */
  void begins(Stage stage);

  /** A stage was done before. */
  void wasDone(Stage stage, StageRecord record);

  /** A stage is done. */
  void ends(Stage stage, StageRecord record);

  /** Some of a work is done, of as much in all; -1 if that is not known. */
  void advances(String work, long done, long total, String unit);

  /** Returns who hears how many of a model's numbers are read or written. */
  WorkListener weights(String work);

  /** A model has written some of its answers. */
  void answers(RolloutProgress progress);

  /**
   * Trains, which whoever watches may end before its time.
   *
   * @return what came of it
   */
  TrainingResult train(TrainerBuilder trainer) throws IOException;
}
