package io.github.maque.train.metric;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that only grows, by whole records. What cannot be written, as the disk is full, is kept in
 * memory and written before what follows.
 */
final class AppendingFile implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(AppendingFile.class);

  private final Path path;
  private final SeekableByteChannel channel;
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
  private boolean failing;

  /**
   * Creates one.
   *
   * @param path what it is called in messages
   * @param channel of the file, at its end
   */
  AppendingFile(Path path, SeekableByteChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  Path path() {
    return path;
  }

  /**
   * Writes a record, now or later.
   *
   * @throws ClosedChannelException if the file is closed
   */
  void append(byte[] record) throws ClosedChannelException {
    pending.writeBytes(record);
    boolean interrupted = Thread.interrupted(); // It would close the channel.
    try {
      write();
      failing = false;
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      if (!failing) {
        LOGGER.warn("{} cannot be written, and is kept in memory until it can be", path, e);
      }
      failing = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Writes what is pending in one piece: a record is there or, at worst, half there. */
  private void write() throws IOException {
    long whole = channel.position();
    ByteBuffer bytes = ByteBuffer.wrap(pending.toByteArray());
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      channel.position(whole); // What follows is written over a half record.
      throw e;
    }
    pending.reset();
  }

  /**
   * Closes the file; once is enough.
   *
   * @throws IOException if there are records that could not be written
   */
  @Override
  public void close() throws IOException {
    try (channel) {
      if (pending.size() > 0 && channel.isOpen()) {
        write();
      }
    }
  }
}
