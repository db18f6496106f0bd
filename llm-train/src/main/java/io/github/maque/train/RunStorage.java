package io.github.maque.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Batch;
import io.github.maque.model.Decoder;
import io.github.maque.model.format.DecoderWeights;
import io.github.maque.model.format.NamedArrays;
import io.github.maque.model.format.SafetensorsFile;
import io.github.maque.model.format.TensorSource;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.checkpoint.Checkpoint;
import io.github.maque.train.checkpoint.CheckpointContents;
import io.github.maque.train.checkpoint.CheckpointStore;
import io.github.maque.train.checkpoint.TrainerState;
import io.github.maque.train.metric.MetricsFile;
import io.github.maque.train.metric.ReportFiles;
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
  private final @Nullable Tokenizer tokenizer;
  private final @Nullable Checkpoint start;
  private final @Nullable Path firstWeights;
  private final RunHistory history;
  private final List<TrainingListener> listeners = new ArrayList<>();
  private final List<AutoCloseable> files = new ArrayList<>();
  private final List<String> findings = new ArrayList<>();
  private long lastSaved = -1;
  private long beingSaved = -1;
  private double copySeconds;
  private @Nullable IOException failure;

  private RunStorage(Trainer.Builder settings) throws IOException {
    directory = settings.directory;
    tokenizer = settings.tokenizer;
    firstWeights = settings.resume instanceof Resume.Weights weights ? weights.directory() : null;
    if (directory == null) {
      store = null;
      start =
          settings.resume instanceof Resume.From from ? Checkpoint.open(from.checkpoint()) : null;
      history = RunHistory.EMPTY;
      return;
    }
    Files.createDirectories(directory);
    store =
        CheckpointStore.open(
            directory.resolve("checkpoints"), settings.options.checkpoints().keep());
    files.add(store);
    try {
      start = start(settings.resume, store);
      long step = start == null ? 0 : start.state().step();
      lastSaved = settings.resume instanceof Resume.Auto ? step : -1;
      Path metrics = directory.resolve("metrics.jsonl");
      MetricsFile file = MetricsFile.open(metrics, step);
      files.add(file);
      listeners.add(file);
      history = MetricsFile.read(metrics);
      TensorBoardFile events = TensorBoardFile.create(directory);
      files.add(events);
      listeners.add(events);
      listeners.add(new ReportFiles(directory, history));
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
   * Opens the storage that a builder says.
   *
   * @throws IOException if the directory cannot be used, or the checkpoint to go on from is damaged
   */
  static RunStorage open(Trainer.Builder settings) throws IOException {
    return new RunStorage(settings);
  }

  private @Nullable Checkpoint start(Resume resume, CheckpointStore store) throws IOException {
    if (resume instanceof Resume.From from) {
      Checkpoint chosen = Checkpoint.open(from.checkpoint());
      requireNoneNewer(chosen, store);
      return chosen;
    }
    if (resume instanceof Resume.Auto) {
      Checkpoint newest = store.newestIntact(findings::add).orElse(null);
      if (newest == null && !findings.isEmpty()) {
        throw new IOException(
            "no checkpoint in " + directory + " is intact: " + String.join("; ", findings));
      }
      return newest;
    }
    if (!store.list().isEmpty()) {
      throw new IOException(
          "the run's directory "
              + directory
              + " must have no checkpoints if the run begins anew; expected another directory, or"
              + " that the run goes on");
    }
    return null;
  }

  /** What is newer would be gone on from the next time. */
  private void requireNoneNewer(Checkpoint chosen, CheckpointStore store) throws IOException {
    for (Checkpoint other : store.list()) {
      if (other.state().step() > chosen.state().step()) {
        throw new IOException(
            String.format(
                "the run's directory %s holds a newer checkpoint, %s, than the one to go on from,"
                    + " %s; expected another directory for the run",
                directory, other, chosen));
      }
    }
  }

  /** Returns the state that the run goes on from, if it does. */
  Optional<TrainerState> state() {
    return Optional.ofNullable(start).map(Checkpoint::state);
  }

  /** Returns what happened before. */
  RunHistory history() {
    return history;
  }

  /** Returns who writes the run's files. */
  List<TrainingListener> listeners() {
    return listeners;
  }

  /** Tells why a newer checkpoint was not taken, and which settings are others than before. */
  void tellFindings(TrainingListener listener, String before, String now) {
    long step = start == null ? 0 : start.state().step();
    for (String finding : findings) {
      listener.warned(new Warning(step, Warning.Kind.CHECKPOINT, finding));
    }
    if (!before.equals(now)) {
      listener.warned(
          new Warning(
              step,
              Warning.Kind.CHECKPOINT,
              "the run goes on with other settings than it had: what follows is not what it would"
                  + " have been"));
    }
  }

  /**
   * Sets weights and tensors to what the run begins with.
   *
   * @param tensors the trainer's own
   */
  void restore(Decoder decoder, NDManager manager, Map<String, NDArray> tensors)
      throws IOException {
    if (firstWeights != null) {
      ModelFiles.load(decoder, firstWeights);
    }
    if (start != null) {
      ModelFiles.load(decoder, start.modelDirectory());
      try (SafetensorsFile training = start.training()) {
        NamedArrays.of(manager, tensors).fill(training);
      }
    }
  }

  /** Returns whether the newest checkpoint is of a step. */
  boolean isSaved(long step) {
    return store == null || lastSaved == step || beingSaved == step;
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

  /** Copies everything, and writes the copies in the background. */
  void save(TrainerState state, Decoder decoder, Map<String, NDArray> tensors) {
    if (store == null) {
      return;
    }
    long begin = System.nanoTime();
    NDManager copies = decoder.manager().getParentManager().newSubManager(Device.cpu());
    try {
      TensorSource weights = DecoderWeights.of(decoder).arrays().copy(copies);
      TensorSource training = NamedArrays.of(decoder.manager(), tensors).copy(copies);
      store.save(
          new CheckpointContents(
              state, ModelFiles.of(decoder, weights, tokenizer), training, copies::close));
      beingSaved = state.step();
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
    beingSaved = -1;
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
            .filter(checkpoint -> checkpoint.state().validationLoss().isPresent())
            .min(
                Comparator.comparingDouble(
                    checkpoint -> checkpoint.state().validationLoss().getAsDouble()))
            .map(Checkpoint::directory);
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
