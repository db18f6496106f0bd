package io.github.maque.train.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps a directory for one writer at a time. A lock ends with its process, however that ends. */
final class DirectoryLock implements Closeable {
  private static final String FILE = ".lock";

  /**
   * Directories locked by this process. A second channel on a lock's file would end the lock when
   * it is closed, so that none may be opened even to find out.
   */
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Locks a directory.
   *
   * @throws IOException if it is locked already, or cannot be
   */
  static DirectoryLock of(Path existing) throws IOException {
    Path directory = existing.toRealPath();
    if (!LOCKED.add(directory)) {
      throw new IOException(existing + ": this process is saving checkpoints there already");
    }
    try {
      return new DirectoryLock(directory, lock(directory.resolve(FILE)));
    } catch (Throwable refusal) {
      LOCKED.remove(directory);
      throw refusal;
    }
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw new IOException(file + ": another process is saving checkpoints there");
      }
      return channel;
    } catch (Throwable refusal) {
      channel.close();
      throw refusal;
    }
  }

  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      channel.close();
      LOCKED.remove(directory);
    }
  }
}
