package io.github.maque.tokenizer.format;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Files that appear as a whole or not at all, whatever happens while they are written. A file is
 * written beside its place, under a name that begins with a dot and ends in {@code .tmp}, forced
 * down to the disk, and renamed.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** What a file is filled with. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything to {@code out}, which the caller closes. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes {@code content} and then puts it in the place of {@code file}.
   *
   * @throws IOException if the content cannot be written or put in its place; {@code file} is then
   *     what it was
   */
  public static void write(Path file, Content content) throws IOException {
    Path prepared = prepare(file, content);
    try {
      publish(prepared, file);
    } finally {
      Files.deleteIfExists(prepared);
    }
  }

  /** Writes {@code content} to a new file beside {@code file}, down to the disk. */
  static Path prepare(Path file, Content content) throws IOException {
    Path absolute = file.toAbsolutePath();
    Path directory = absolute.getParent();
    if (directory == null || absolute.getFileName() == null) {
      throw new IOException(file + " is not the name of a file");
    }
    // Not createTempFile, whose files only their owner may read.
    String unique = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
    Path temporary = directory.resolve("." + absolute.getFileName() + "-" + unique + ".tmp");
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
      content.writeTo(out);
      out.flush();
      channel.force(true);
    } catch (Throwable failure) {
      Files.deleteIfExists(temporary);
      throw failure;
    }
    return temporary;
  }

  /** Moves a prepared file to its place. */
  static void publish(Path prepared, Path file) throws IOException {
    try {
      Files.move(prepared, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(file + " cannot be replaced in one step on this file system", e);
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      syncDirectory(directory);
    }
  }

  /** Makes a rename survive a power failure, where the system lets a directory be synced. */
  public static void syncDirectory(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot open directories; there the rename itself is journalled.
    }
  }
}
