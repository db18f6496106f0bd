package io.github.maque.data.source;

import io.github.maque.data.MalformedDataException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * What a decompressor makes of its input. It is counted against the limits, and whatever the
 * decompressor throws because its input is bad becomes a {@link MalformedDataException}.
 */
final class UnpackedStream extends BulkInputStream {
  /** Makes a decompressor, which may read a header at once. */
  @FunctionalInterface
  interface Decompressor {
    InputStream open() throws IOException;
  }

  private final String name;
  private final String format;
  private final DiskFile disk;
  private final UnpackingLimit limit;
  private final InputStream unpacked;
  private long count;

  /**
   * Creates the stream.
   *
   * @param name names the file in messages
   * @param format names what the decompressor reads
   */
  UnpackedStream(
      String name, String format, DiskFile disk, UnpackingLimit limit, Decompressor decompressor)
      throws IOException {
    this.name = name;
    this.format = format;
    this.disk = disk;
    this.limit = limit;
    try {
      unpacked = decompressor.open();
    } catch (IOException | RuntimeException e) {
      throw failure(e);
    }
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted while unpacking " + name);
    }
    int read;
    try {
      read = unpacked.read(target, offset, length);
    } catch (IOException | RuntimeException e) {
      throw failure(e);
    }
    if (read > 0) {
      count += read;
      limit.addBytes(read);
    }
    return read;
  }

  /** Says whose fault a failure is: that of the disk, of a layer below, or of the data. */
  private IOException failure(Exception e) throws IOException {
    disk.rethrowFailure();
    if (e instanceof MalformedDataException || e instanceof InterruptedIOException) {
      return (IOException) e;
    }
    String cause = e instanceof EOFException ? "cut short" : "damaged";
    String detail = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new MalformedDataException(
        name, "the " + format + " data is " + cause + " behind " + count + " bytes: " + detail, e);
  }

  @Override
  public void close() throws IOException {
    unpacked.close();
  }
}
