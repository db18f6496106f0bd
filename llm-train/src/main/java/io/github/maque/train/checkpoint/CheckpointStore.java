package io.github.maque.train.checkpoint;

import io.github.maque.train.metric.SavedCheckpoint;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a run, one directory each. They are written beside training, by a thread of
 * their own, and appear as a whole or not at all: what a killed process has left is cleared up when
 * the store is opened again.
 *
 * <pre>{@code
 * try (CheckpointStore store = CheckpointStore.open(directory, new Retention(3, 1, 0))) {
 *   store.newestIntact(LOGGER::warn).ifPresent(checkpoint -> …);
 *   // … at some steps:
 *   if (!store.busy()) {
 *     store.save(contents);
 *   }
 *   store.poll().ifPresent(outcome -> …);
 * }
 * }</pre>
 *
 * <p>One store at a time has a directory. A store is used by one thread, the one that trains.
 */
public final class CheckpointStore implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(CheckpointStore.class);

  private final StoreDirectory directory;
  private final Retention retention;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "checkpoint-writer");
            thread.setDaemon(true);
            return thread;
          });
  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private CompletableFuture<Void> writing = CompletableFuture.completedFuture(null);

  private CheckpointStore(StoreDirectory directory, Retention retention) {
    this.directory = directory;
    this.retention = retention;
  }

  /** How the writing of a checkpoint ended. */
  public sealed interface Outcome {
    /** Returns the number of the last update in it. */
    long step();

    /**
     * It is complete on disk.
     *
     * @param bytes of all of its files
     * @param writeSeconds how long writing took, beside training
     */
    record Saved(long step, Path directory, long bytes, double writeSeconds) implements Outcome {
      /**
       * Returns what listeners are told.
       *
       * @param copySeconds for how long training stood still
       */
      public SavedCheckpoint afterCopying(double copySeconds) {
        return new SavedCheckpoint(step, directory, bytes, copySeconds, writeSeconds);
      }
    }

    /**
     * There is no such checkpoint, and nothing half-written; the next may succeed.
     *
     * @param failure its message names the path and the reason
     */
    record Failed(long step, IOException failure) implements Outcome {}
  }

  /**
   * Opens a store.
   *
   * @param directory is made if it does not exist
   * @param retention which checkpoints stay when another has been written
   * @throws IOException if the directory cannot be written to, or another store has it
   */
  public static CheckpointStore open(Path directory, Retention retention) throws IOException {
    try {
      return new CheckpointStore(StoreDirectory.open(directory), retention);
    } catch (FileSystemException e) {
      throw new IOException("checkpoints cannot be saved to " + directory + ": " + reason(e), e);
    }
  }

  /** Returns where the checkpoints are. */
  public Path directory() {
    return directory.path();
  }

  /** Returns whether there is nothing that has the name of a checkpoint, intact or not. */
  public boolean isEmpty() throws IOException {
    return StoreDirectory.steps(directory.path()).isEmpty();
  }

  /** Returns whether a checkpoint is being written. */
  public boolean busy() {
    return !writing.isDone();
  }

  /**
   * Begins to write a checkpoint and returns. If there is one of this step, it is replaced. {@link
   * #poll} tells how it ended.
   *
   * @param contents is released once in any case, also if this throws
   * @throws IllegalStateException if one is being written, or the store is closed
   */
  public void save(CheckpointContents contents) {
    if (busy() || writer.isShutdown()) {
      release(contents);
      throw new IllegalStateException(
          busy() ? "a checkpoint is being written" : "the store is closed");
    }
    writing = CompletableFuture.runAsync(() -> outcomes.add(write(contents)), writer);
  }

  /**
   * Returns how a checkpoint ended that has been written since this was last asked, oldest first.
   */
  public Optional<Outcome> poll() {
    return Optional.ofNullable(outcomes.poll());
  }

  /** Waits for the checkpoint that is being written, if there is one. */
  public void await() {
    writing.join();
  }

  /**
   * Returns all checkpoints that look complete, the oldest first. Of the files in them only the
   * state has been read; {@link Checkpoint#open} reads all.
   *
   * @throws IOException if the directory cannot be read
   */
  public List<Checkpoint> list() throws IOException {
    return list(directory.path());
  }

  /**
   * Returns what {@link #list()} does of a directory that another process may be writing to. It is
   * only read.
   */
  public static List<Checkpoint> list(Path directory) throws IOException {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (Path step : StoreDirectory.steps(directory).values()) {
      try {
        checkpoints.add(Checkpoint.openUnread(step));
      } catch (IOException e) {
        LOGGER.debug("{} is no checkpoint", step, e);
      }
    }
    return checkpoints;
  }

  /**
   * Returns the newest checkpoint all of whose files are as they were written. Newer ones, which
   * are damaged, get names that begin with {@code damaged-}: the run will come to their steps
   * again.
   *
   * @param whyNot hears of each newer one what is wrong with it
   * @throws IOException if the directory cannot be read
   */
  public Optional<Checkpoint> newestIntact(Consumer<String> whyNot) throws IOException {
    List<Path> damaged = new ArrayList<>();
    for (Path step : StoreDirectory.steps(directory.path()).descendingMap().values()) {
      try {
        Checkpoint intact = Checkpoint.open(step);
        damaged.forEach(directory::setAside);
        return Optional.of(intact);
      } catch (CheckpointException e) {
        whyNot.accept(e.getMessage());
      } catch (IOException e) {
        whyNot.accept(step + ": " + reason(e));
      }
      damaged.add(step);
    }
    return Optional.empty();
  }

  /** Waits for the checkpoint that is being written, and gives the directory back. */
  @Override
  public void close() throws IOException {
    try (directory) {
      await();
    } finally {
      writer.shutdown();
    }
    for (Outcome unheard : outcomes) {
      if (unheard instanceof Outcome.Failed failed) {
        LOGGER.error("{}", failed.failure().getMessage(), failed.failure());
      }
    }
  }

  private Outcome write(CheckpointContents contents) {
    long step = contents.state().step();
    Outcome outcome;
    try {
      outcome = save(contents, System.nanoTime());
    } catch (Throwable failure) { // of any kind: models and tensors bring their own code
      outcome =
          new Outcome.Failed(
              step,
              new IOException(
                  "the checkpoint of step "
                      + step
                      + " cannot be saved to "
                      + directory.path()
                      + ": "
                      + reason(failure),
                  failure));
    } finally {
      release(contents);
    }
    if (outcome instanceof Outcome.Saved) {
      deleteOld(step);
    }
    return outcome;
  }

  private Outcome.Saved save(CheckpointContents contents, long begin) throws IOException {
    long step = contents.state().step();
    Path temporary = directory.temporary(step);
    try {
      // Writers of models may put files beside the directory before they put it in its place.
      Path files = Files.createDirectory(temporary.resolve("checkpoint"));
      Manifest manifest = CheckpointFiles.write(contents, files);
      Path published = directory.publish(files, step);
      double seconds = (System.nanoTime() - begin) / 1e9;
      return new Outcome.Saved(step, published, manifest.bytes(), seconds);
    } finally {
      directory.deleteIfPossible(temporary);
    }
  }

  private static void release(CheckpointContents contents) {
    try {
      contents.release().run();
    } catch (RuntimeException | Error e) {
      LOGGER.warn("the copies for a checkpoint could not be released", e);
    }
  }

  /** Deletes what the retention does not keep. What was just written may not be the last step. */
  private void deleteOld(long written) {
    try {
      List<Checkpoint> checkpoints = list();
      SortedMap<Long, OptionalDouble> losses = new TreeMap<>();
      for (Checkpoint checkpoint : checkpoints) {
        losses.put(checkpoint.state().step(), checkpoint.state().validationLoss());
      }
      Set<Long> kept = retention.kept(losses);
      for (Checkpoint checkpoint : checkpoints) {
        long step = checkpoint.state().step();
        if (step != written && !kept.contains(step)) {
          directory.delete(checkpoint);
        }
      }
    } catch (IOException | RuntimeException e) {
      LOGGER.warn("{} could not be searched for old checkpoints", directory.path(), e);
    }
  }

  /** Returns a failure's message with its kind, without which many are nothing but a path. */
  private static String reason(Throwable failure) {
    return failure.getClass().getSimpleName() + ": " + failure.getMessage();
  }
}
