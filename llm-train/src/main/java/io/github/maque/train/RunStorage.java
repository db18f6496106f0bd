package io.github.maque.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Batch;
import io.github.maque.model.format.NamedArrays;
import io.github.maque.model.format.TensorSource;
import io.github.maque.train.checkpoint.Checkpoint;
import io.github.maque.train.checkpoint.CheckpointContents;
import io.github.maque.train.checkpoint.CheckpointStore;
import io.github.maque.train.checkpoint.TrainerState;
import io.github.maque.train.metric.HistoryRecorder;
import io.github.maque.train.metric.MetricsFile;
import io.github.maque.train.metric.ReportFiles;
import io.github.maque.train.metric.RunDescription;
import io.github.maque.train.metric.RunDirectory;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.metric.RunHistory;
import io.github.maque.train.metric.TensorBoardFile;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.metric.Warning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a run is kept, if it is kept at all, and what it begins with. */
final class RunStorage implements AutoCloseable {
  private final @Nullable Path directory;
  private final @Nullable CheckpointStore store;
  private final ModelFormat model;
  private final StartingPoint start;
  private final HistoryRecorder recorder;
  private final List<TrainingListener> listeners = new ArrayList<>();
  private final List<AutoCloseable> files = new ArrayList<>();
  private long lastSaved = -1;
  private double copySeconds;
  private @Nullable IOException failure;

  private RunStorage(TrainerBuilder settings, long lastStep) throws IOException {
    directory = settings.directory;
    model = settings.modelFormat();
    if (directory == null) {
      store = null;
      start = StartingPoint.of(settings.resume, null);
      recorder = new HistoryRecorder();
      listeners.add(recorder);
      return;
    }
    Files.createDirectories(directory);
    store =
        CheckpointStore.open(
            new RunDirectory(directory).checkpoints(), settings.options.checkpoints().keep());
    files.add(store);
    try {
      start = StartingPoint.of(settings.resume, store);
      lastSaved = settings.resume instanceof Resume.Auto ? start.step() : -1;
      Path metrics = new RunDirectory(directory).metrics();
      if (start.step() >= lastStep && isComplete(metrics)) {
        recorder = new HistoryRecorder(MetricsFile.read(metrics));
        listeners.add(recorder);
        return;
      }
      MetricsFile file = MetricsFile.open(metrics, start.step());
      files.add(file);
      recorder = new HistoryRecorder(MetricsFile.read(metrics));
      TensorBoardFile events = TensorBoardFile.create(directory);
      files.add(events);
      listeners.addAll(List.of(recorder, file, events, new ReportFiles(directory, recorder)));
    } catch (IOException | RuntimeException | Error e) {
      try {
        close();
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  /**
   * Opens the storage that a builder says. The files of a run that is complete stay as they are.
   *
   * @param lastStep the number of the run's last update
   * @throws IOException if the directory cannot be used, or the checkpoint to go on from is damaged
   */
  static RunStorage open(TrainerBuilder settings, long lastStep) throws IOException {
    return new RunStorage(settings, lastStep);
  }

  /** A run that was killed behind its last checkpoint still has its end to be told. */
  private static boolean isComplete(Path metrics) throws IOException {
    return Files.exists(metrics)
        && MetricsFile.read(metrics)
            .end()
            .filter(end -> end.reason() == RunEnd.Reason.COMPLETED)
            .isPresent();
  }

  /** Returns what the run begins with. */
  StartingPoint start() {
    return start;
  }

  /** Returns what has happened so far, in earlier parts of the run too. */
  RunHistory history() {
    return recorder.history();
  }

  /** Returns who writes the run's files, and remembers its history. */
  List<TrainingListener> listeners() {
    return listeners;
  }

  /**
   * Tells why a newer checkpoint was not taken, and which settings are others than before.
   *
   * @param precision that is computed in now
   */
  void tellFindings(TrainingListener listener, String before, String now, String precision) {
    List<RunDescription> parts = history().parts();
    String earlier = parts.isEmpty() ? precision : parts.get(parts.size() - 1).precision();
    if (start.step() > 0 && !earlier.equals(precision)) {
      listener.warned(
          new Warning(
              start.step(),
              Warning.Kind.CHECKPOINT,
              String.format(
                  "the run was computed in %s and goes on in %s: what follows is not what it would"
                      + " have been",
                  earlier, precision)));
    }
    for (String finding : start.findings()) {
      listener.warned(new Warning(start.step(), Warning.Kind.CHECKPOINT, finding));
    }
    if (!before.equals(now)) {
      listener.warned(
          new Warning(
              start.step(),
              Warning.Kind.CHECKPOINT,
              "the run goes on with other settings than it had: what follows may not be what it"
                  + " would have been"));
    }
  }

  /** Sets the model's weights and the trainer's own tensors to what the run begins with. */
  void restore(NDManager manager, Map<String, NDArray> tensors) throws IOException {
    start.restore(model, manager, tensors);
  }

  /** Returns whether the newest checkpoint is of a step. */
  boolean isSaved(long step) {
    return store == null || lastSaved == step;
  }

  /**
   * Returns whether a checkpoint that is due can be written: there is a place, and no other is on
   * its way, which is told.
   */
  boolean ready(TrainingListener listener, long step) {
    if (store == null) {
      return false;
    }
    if (store.busy()) {
      listener.warned(
          new Warning(
              step,
              Warning.Kind.CHECKPOINT,
              "the last checkpoint is still being written: this one is left out"));
      return false;
    }
    return true;
  }

  /**
   * Copies everything, and writes the copies in the background.
   *
   * @param manager whose device has the tensors
   * @param tensors the trainer's own
   */
  void save(TrainerState state, NDManager manager, Map<String, NDArray> tensors) {
    if (store == null) {
      return;
    }
    long begin = System.nanoTime();
    NDManager copies = manager.getParentManager().newSubManager(Device.cpu());
    try {
      TensorSource weights = model.arrays().copy(copies);
      TensorSource training = NamedArrays.of(manager, tensors).copy(copies);
      store.save(
          new CheckpointContents(
              state, path -> model.write(weights, path), training, copies::close));
      copySeconds = (System.nanoTime() - begin) / 1e9;
    } catch (RuntimeException | Error e) {
      copies.close();
      throw e;
    }
  }

  /** Tells what has become of checkpoints that were on their way. */
  void tell(TrainingListener listener) {
    Optional<CheckpointStore.Outcome> outcome = store == null ? Optional.empty() : store.poll();
    if (outcome.isEmpty()) {
      return;
    }
    if (outcome.get() instanceof CheckpointStore.Outcome.Saved saved) {
      failure = null;
      lastSaved = saved.step();
      listener.saved(saved.afterCopying(copySeconds));
    } else if (outcome.get() instanceof CheckpointStore.Outcome.Failed failed) {
      failure = failed.failure();
      listener.warned(
          new Warning(
              failed.step(), Warning.Kind.CHECKPOINT, String.valueOf(failure.getMessage())));
    }
  }

  /** Waits for a checkpoint that is on its way, and tells what became of it. */
  void await(TrainingListener listener) {
    if (store != null) {
      store.await();
      tell(listener);
    }
  }

  /**
   * Throws what the last attempt to save failed with, if it did.
   *
   * @throws IOException it
   */
  void requireSaved() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  Optional<Path> lastCheckpoint() throws IOException {
    return store == null
        ? Optional.empty()
        : store.list().stream().reduce((first, second) -> second).map(Checkpoint::directory);
  }

  Optional<Path> bestCheckpoint() throws IOException {
    return store == null
        ? Optional.empty()
        : store.list().stream()
            .filter(checkpoint -> hasLoss(checkpoint.state()))
            .min(
                Comparator.<Checkpoint>comparingDouble(
                        checkpoint -> checkpoint.state().validationLoss().getAsDouble())
                    // As the retention has it: the newer of equals.
                    .thenComparing(checkpoint -> -checkpoint.state().step()))
            .map(Checkpoint::directory);
  }

  private static boolean hasLoss(TrainerState state) {
    return !Double.isNaN(state.validationLoss().orElse(Double.NaN));
  }

  /**
   * Writes a batch that no update could be made of.
   *
   * @return where it is
   */
  Optional<Path> writeBatch(long step, Batch batch) throws IOException {
    if (directory == null) {
      return Optional.empty();
    }
    Path file = directory.resolve("failed-step-" + step + ".jsonl");
    FailedBatch.write(file, batch);
    return Optional.of(file);
  }

  /** Closes everything, whatever fails, and throws what failed first. */
  @Override
  public void close() throws IOException {
    Exception first = null;
    for (AutoCloseable file : files) {
      try {
        file.close();
      } catch (Exception e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw new IOException("the files of " + directory + " could not be closed: " + first, first);
    }
  }
}
