package io.github.maque.examples.cli;

import io.github.maque.examples.Unfinished;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that appears as a whole with {@link #commit}, or not at all: until then it is written
 * beside its place.
 */
final class OutputFile implements AutoCloseable {
  private final Path file;
  private final Path unfinished;
  private final FileChannel channel;
  private boolean committed;

  private OutputFile(Path file) throws IOException {
    this.file = file;
    unfinished = Unfinished.beside(file);
    channel = FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /**
   * Starts to write what will replace {@code file}.
   *
   * @throws IOException if there can be no such file
   */
  static OutputFile create(Path file) throws IOException {
    check(file);
    return new OutputFile(file);
  }

  /**
   * Checks that {@code file} can be written, before the work begins that it is to tell about.
   *
   * @throws IOException if there can be no such file
   */
  static void check(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a directory, expected the name of a file to write");
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new NoSuchFileException(String.valueOf(directory));
    }
    if (!Files.isWritable(directory)) {
      throw new IOException(directory + ": no permission to write there");
    }
  }

  /** Appends everything that remains in {@code bytes}. */
  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Puts the file in its place. */
  void commit() throws IOException {
    channel.force(true);
    channel.close();
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    Unfinished.keep(unfinished);
    committed = true;
  }

  @Override
  public void close() throws IOException {
    if (!committed) {
      channel.close();
      Unfinished.delete(unfinished);
    }
  }
}
