package io.github.maque.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.format.NamedArrays;
import io.github.maque.model.format.SafetensorsFile;
import io.github.maque.train.checkpoint.Checkpoint;
import io.github.maque.train.checkpoint.CheckpointStore;
import io.github.maque.train.checkpoint.TrainerState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a run begins with: a checkpoint, weights alone, or what the decoder has.
 *
 * @param checkpoint to go on from
 * @param weights to begin with; none if there is a checkpoint
 * @param findings why newer checkpoints were not taken
 */
record StartingPoint(
    @Nullable Checkpoint checkpoint, @Nullable Path weights, List<String> findings) {
  /**
   * Finds what a run begins with.
   *
   * @param store the run's own checkpoints, if it has a directory
   * @throws IOException if what is asked for is not there or damaged, or something would be lost
   */
  static StartingPoint of(Resume resume, @Nullable CheckpointStore store) throws IOException {
    if (resume instanceof Resume.From from) {
      Checkpoint chosen = Checkpoint.open(from.checkpoint());
      if (store != null) {
        requireNoneNewer(chosen, store);
      }
      return new StartingPoint(chosen, null, List.of());
    }
    if (resume instanceof Resume.Auto auto) {
      return store == null || store.isEmpty() ? of(auto.otherwise(), store) : newest(store);
    }
    if (store != null && !store.list().isEmpty()) {
      throw new IOException(
          "the run's directory "
              + store.directory()
              + " must have no checkpoints if the run begins anew; expected another directory, or"
              + " that the run goes on");
    }
    Path weights = resume instanceof Resume.Weights given ? given.directory() : null;
    return new StartingPoint(null, weights, List.of());
  }

  private static StartingPoint newest(CheckpointStore store) throws IOException {
    List<String> findings = new ArrayList<>();
    Checkpoint newest = store.newestIntact(findings::add).orElse(null);
    if (newest == null && !findings.isEmpty()) {
      throw new IOException(
          "no checkpoint in " + store.directory() + " is intact: " + String.join("; ", findings));
    }
    return new StartingPoint(newest, null, findings);
  }

  /** What is newer would be gone on from the next time. */
  private static void requireNoneNewer(Checkpoint chosen, CheckpointStore store)
      throws IOException {
    for (Checkpoint other : store.list()) {
      if (other.state().step() > chosen.state().step()) {
        throw new IOException(
            String.format(
                "%s holds a newer checkpoint, %s, than the one to go on from, %s; expected another"
                    + " directory for the run",
                store.directory(), other, chosen));
      }
    }
  }

  /** Returns the state that the run goes on from, if it does. */
  Optional<TrainerState> state() {
    return Optional.ofNullable(checkpoint).map(Checkpoint::state);
  }

  /** Returns the number of the last update that was made before, or 0. */
  long step() {
    return checkpoint == null ? 0 : checkpoint.state().step();
  }

  /**
   * Sets weights and tensors to what the run begins with.
   *
   * @param tensors the trainer's own
   */
  void restore(ModelFormat model, NDManager manager, Map<String, NDArray> tensors)
      throws IOException {
    if (weights != null) {
      model.load(weights);
    }
    if (checkpoint != null) {
      model.load(checkpoint.modelDirectory());
      try (SafetensorsFile training = checkpoint.training()) {
        fill(NamedArrays.of(manager, tensors), training);
      }
    }
  }

  private void fill(NamedArrays arrays, SafetensorsFile training) throws IOException {
    String problem = "it holds " + training.names().size() + " tensors";
    try {
      if (training.names().equals(arrays.names())) {
        arrays.fill(training);
        return;
      }
    } catch (IllegalArgumentException e) {
      problem = String.valueOf(e.getMessage());
    }
    throw new IOException(
        String.format(
            "%s does not hold the state of this run's optimizer and rules: %s; expected the"
                + " optimizer, the frozen parameters and the spikeWindow that it was saved with, or"
                + " a new run with its weights alone",
            checkpoint, problem));
  }
}
