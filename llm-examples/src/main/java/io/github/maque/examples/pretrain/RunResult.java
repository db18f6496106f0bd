package io.github.maque.examples.pretrain;

import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.checkpoint.Checkpoint;
import io.github.maque.train.checkpoint.CheckpointStore;
import io.github.maque.train.metric.MetricsFile;
import io.github.maque.train.metric.RunDirectory;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.metric.RunHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;

/**
 * What a run of training has left.
 *
 * @param training what came of the training
 * @param model the directory of the model to go on with; none if the run is to go on itself
 */
public record RunResult(TrainingResult training, Optional<Path> model) {

  /** Returns what training that has ended now has left: its best checkpoint, or else the last. */
  public static RunResult of(TrainingResult training) {
    Optional<Path> best = training.bestCheckpoint().or(training::lastCheckpoint);
    return new RunResult(training, best.filter(any -> isComplete(training.history())));
  }

  /**
   * Returns what a run has left that is complete: with the same configuration it would make no
   * further update. Nothing is opened for that but the run's own files.
   *
   * @param directory of the run
   * @param configuration of the run that is asked for
   * @param inputs the files that such a run reads
   * @return nothing if the run is another, has not ended, or if an input is newer than its end, so
   *     that it may be another
   */
  public static Optional<RunResult> complete(
      Path directory, String configuration, List<Path> inputs) throws IOException {
    RunDirectory run = new RunDirectory(directory);
    if (!Files.exists(run.metrics()) || !Files.isDirectory(run.checkpoints())) {
      return Optional.empty();
    }
    RunHistory history = MetricsFile.read(run.metrics());
    List<Checkpoint> checkpoints = CheckpointStore.list(run.checkpoints());
    if (!isComplete(history) || checkpoints.isEmpty()) {
      return Optional.empty();
    }
    Checkpoint last = checkpoints.get(checkpoints.size() - 1);
    boolean same =
        last.state().step() == history.end().orElseThrow().step()
            && last.state().configuration().equals(configuration);
    if (!same || !areOlder(inputs, Files.getLastModifiedTime(run.metrics()))) {
      return Optional.empty();
    }
    Optional<Path> best =
        ModelDirectory.best(directory)
            .filter(each -> !Double.isNaN(each.state().validationLoss().orElse(Double.NaN)))
            .map(Checkpoint::directory);
    return Optional.of(
        RunResult.of(new TrainingResult(history, Optional.of(last.directory()), best)));
  }

  /** Returns whether the run has come to its end: all updates were made, or a rule ended it. */
  public boolean isComplete() {
    return isComplete(training.history());
  }

  /** Returns why a rule ended the run before its time; empty if none did. */
  public String endedEarly() {
    return training
        .history()
        .end()
        .filter(end -> end.reason() == RunEnd.Reason.STOPPED)
        .map(RunEnd::message)
        .orElse("");
  }

  private static boolean isComplete(RunHistory history) {
    Optional<RunEnd> end = history.end();
    return end.isPresent()
        && (end.get().reason() == RunEnd.Reason.COMPLETED
            || end.get().reason() == RunEnd.Reason.STOPPED && !end.get().message().isEmpty());
  }

  private static boolean areOlder(List<Path> inputs, FileTime end) throws IOException {
    for (Path input : inputs) {
      if (!Files.exists(input) || Files.getLastModifiedTime(input).compareTo(end) > 0) {
        return false;
      }
    }
    return true;
  }
}
