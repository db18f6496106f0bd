package io.github.maque.data.shard;

import io.github.maque.data.internal.JsonObject;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a data set is built in, for one process at a time and one set of settings: it
 * never mixes what different settings have made.
 */
final class Workplace implements Closeable {
  private static final String WORKING_FILES = ".preparation";
  private static final String LOCK = "lock";
  private static final String SETTINGS = "settings.json";

  private final Path target;
  private final Path workingFiles;
  private final Map<String, Object> settings;
  private final @Nullable FileChannel lock;
  private final boolean finished;

  private Workplace(Path target, Map<String, Object> settings, @Nullable FileChannel lock)
      throws IOException {
    this.target = target;
    this.settings = settings;
    this.lock = lock;
    workingFiles = target.resolve(WORKING_FILES);
    finished = Files.exists(target.resolve(Manifest.FILE));
    try {
      if (finished) {
        Object made = Manifest.read(target).preparation().get("settings");
        requireSame(made, "holds a finished data set");
      } else {
        begin();
      }
    } catch (Throwable refusal) {
      if (!Files.exists(workingFiles.resolve(SETTINGS))) {
        clear(); // nobody works here
      }
      throw refusal;
    }
  }

  /**
   * Enters {@code target}, creating it if need be.
   *
   * @throws IOException if another process is at work there, or the directory holds the work of
   *     other settings or files of unknown origin
   */
  static Workplace open(Path target, Map<String, Object> settings) throws IOException {
    Path workingFiles = target.resolve(WORKING_FILES);
    if (Files.exists(target.resolve(Manifest.FILE)) && !Files.exists(workingFiles)) {
      return new Workplace(target, settings, null); // finished, and perhaps not to be written to
    }
    Files.createDirectories(workingFiles);
    FileChannel lock =
        FileChannel.open(
            workingFiles.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (tryLock(lock) == null) {
        throw new IOException(target + ": another process is preparing data there");
      }
      return new Workplace(target, settings, lock);
    } catch (Throwable failure) {
      lock.close();
      throw failure;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another thread of this process has it
    }
  }

  private void begin() throws IOException {
    Path file = workingFiles.resolve(SETTINGS);
    if (Files.exists(file)) {
      Object recorded = JsonFile.read(file, JsonObject::fields);
      requireSame(recorded, "holds an unfinished data set");
      return;
    }
    refuseForeignShards();
    JsonFile.write(file, settings);
  }

  private void refuseForeignShards() throws IOException {
    try (Stream<Path> files = Files.list(target)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        if (name.endsWith(".bin") || name.endsWith(".idx")) {
          throw new FileAlreadyExistsException(
              file.toString(), null, "expected a directory without shards of unknown origin");
        }
      }
    }
  }

  private void requireSame(@Nullable Object recorded, String what) throws IOException {
    if (!(recorded instanceof Map<?, ?> others)) {
      throw new IOException(target + ": " + what + " that was not prepared here");
    }
    List<String> different =
        settings.keySet().stream()
            .filter(name -> !Objects.equals(settings.get(name), others.get(name)))
            .toList();
    if (!different.isEmpty()) {
      String name = different.get(0);
      throw new IOException(
          String.format(
              "%s: %s made with other settings (%s: there %s, now %s); expected the same ones,"
                  + " another directory, or that this one is deleted",
              target, what, String.join(", ", different), others.get(name), settings.get(name)));
    }
  }

  /** Returns whether the data set is there already. */
  boolean isFinished() {
    return finished;
  }

  /** Returns where finished shards go. */
  Path target() {
    return target;
  }

  /** Returns everything that decides what is made. */
  Map<String, Object> settings() {
    return settings;
  }

  /** Returns a directory for working files, creating it if need be. */
  Path directory(String name) throws IOException {
    return Files.createDirectories(workingFiles.resolve(name));
  }

  /** Puts the manifest in its place, which finishes the data set. */
  void finish(Manifest manifest) throws IOException {
    // Not written there: a kill would leave a file under another name behind.
    Path prepared = workingFiles.resolve(Manifest.FILE);
    manifest.write(workingFiles);
    Files.move(prepared, target.resolve(Manifest.FILE), StandardCopyOption.ATOMIC_MOVE);
    AtomicFile.syncDirectory(target);
  }

  /** Deletes all working files. */
  void clear() throws IOException {
    if (!Files.exists(workingFiles)) {
      return;
    }
    try (Stream<Path> files = Files.walk(workingFiles)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Lets others in. */
  @Override
  public void close() throws IOException {
    if (lock != null) {
      lock.close();
    }
  }
}
