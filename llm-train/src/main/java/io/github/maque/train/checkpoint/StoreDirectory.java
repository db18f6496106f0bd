package io.github.maque.train.checkpoint;

import io.github.maque.tokenizer.format.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories of a store: {@code step-00001000} is a checkpoint, {@code .new-step-00001000} a
 * complete one on its way to a place that is taken, and {@code .tmp-step-00001000-…} not yet or no
 * longer one; {@code damaged-step-00001000-…} is one that cannot be gone on from. The lock makes
 * whatever is under such a name at the beginning that of a dead process.
 */
final class StoreDirectory implements Closeable {
  private static final Logger LOGGER = LoggerFactory.getLogger(StoreDirectory.class);
  private static final String TEMPORARY = ".tmp-";
  private static final String REPLACING = ".new-";
  private static final String DAMAGED = "damaged-";

  private final Path path;
  private final DirectoryLock lock;

  private StoreDirectory(Path path, DirectoryLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Opens a directory, made if need be, and clears up what dead processes have left. */
  static StoreDirectory open(Path path) throws IOException {
    Files.createDirectories(path);
    DirectoryLock lock = DirectoryLock.of(path);
    try {
      StoreDirectory directory = new StoreDirectory(path, lock);
      directory.finishReplacements();
      for (Path left : directory.entries(TEMPORARY + "step-")) {
        FileTree.of(left).delete();
      }
      return directory;
    } catch (Throwable failure) {
      lock.close();
      throw failure;
    }
  }

  Path path() {
    return path;
  }

  /** Returns a new directory for a checkpoint to be made in. */
  Path temporary(long step) throws IOException {
    return Files.createDirectory(temporaryName(Checkpoint.name(step)));
  }

  /**
   * Gives a complete checkpoint its name. At any moment, there is either one of this step or one
   * that {@link #open} will make it.
   */
  Path publish(Path complete, long step) throws IOException {
    finishReplacements();
    Path target = path.resolve(Checkpoint.name(step));
    if (Files.exists(target)) {
      move(complete, path.resolve(REPLACING + Checkpoint.name(step)));
      finishReplacements();
    } else {
      move(complete, target);
    }
    return target;
  }

  private void finishReplacements() throws IOException {
    for (Path replacing : entries(REPLACING + "step-")) {
      Path target = path.resolve(replacing.getFileName().toString().substring(REPLACING.length()));
      Path replaced = temporaryName(target.getFileName().toString());
      if (Files.exists(target)) {
        move(target, replaced);
      }
      move(replacing, target);
      deleteIfPossible(replaced);
    }
  }

  /** Deletes a checkpoint, or leaves it if it cannot be. A half-deleted one is none. */
  void delete(Checkpoint checkpoint) {
    Path temporary = temporaryName(Checkpoint.name(checkpoint.state().step()));
    try {
      move(checkpoint.directory(), temporary);
    } catch (IOException e) {
      LOGGER.warn("{} could not be deleted", checkpoint, e);
    }
    deleteIfPossible(temporary);
  }

  /** Takes the name of a checkpoint from a damaged one, or leaves it if that cannot be done. */
  void setAside(Path damaged) {
    try {
      move(damaged, temporaryName(DAMAGED, damaged.getFileName().toString()));
    } catch (IOException e) {
      LOGGER.warn("{} is damaged and could not be set aside", damaged, e);
    }
  }

  /** Deletes a directory, or leaves that to the next process. */
  void deleteIfPossible(Path temporary) {
    if (!Files.exists(temporary)) {
      return;
    }
    try {
      FileTree.of(temporary).delete();
    } catch (IOException e) {
      LOGGER.warn("{} could not be deleted", temporary, e);
    }
  }

  /** Returns the directories that have the name of a checkpoint, by step. */
  static NavigableMap<Long, Path> steps(Path path) throws IOException {
    NavigableMap<Long, Path> steps = new TreeMap<>();
    for (Path entry : entries(path, "step-")) {
      Checkpoint.step(entry).ifPresent(step -> steps.put(step, entry));
    }
    return steps;
  }

  private List<Path> entries(String prefix) throws IOException {
    return entries(path, prefix);
  }

  private static List<Path> entries(Path path, String prefix) throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(entry -> entry.getFileName().toString().startsWith(prefix))
          .filter(Files::isDirectory)
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Path temporaryName(String name) {
    return temporaryName(TEMPORARY, name);
  }

  private Path temporaryName(String prefix, String name) {
    String unique = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
    return path.resolve(prefix + name + "-" + unique);
  }

  private void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    AtomicFile.syncDirectory(path);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
