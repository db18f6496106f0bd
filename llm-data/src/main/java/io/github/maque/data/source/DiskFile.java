package io.github.maque.data.source;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A file on disk while it is read. It remembers whether the disk has failed, which is not to be
 * taken for bad content.
 */
final class DiskFile implements Closeable {
  private final Path path;
  private final FileChannel channel;
  private final long size;
  private long bytesRead;
  private @Nullable IOException failure;

  DiskFile(Path path) throws IOException {
    this.path = path;
    channel = FileChannel.open(path, StandardOpenOption.READ);
    size = channel.size();
  }

  long size() {
    return size;
  }

  /** Returns how many bytes the streams of this file have given, as far as they do not overlap. */
  long bytesRead() {
    return Math.min(bytesRead, size);
  }

  /** Throws what reading from the disk has thrown before, if it has. */
  void rethrowFailure() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  /** Reads up to {@code length} bytes at {@code position}; fewer are returned at the end. */
  byte[] read(long position, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    int count = 0;
    while (count >= 0 && target.hasRemaining()) {
      count = readChannel(target, position + target.position());
    }
    return Arrays.copyOf(target.array(), target.position());
  }

  /** Returns a stream of {@code length} bytes from {@code position}; to close it does nothing. */
  InputStream stream(long position, long length) {
    return new BulkInputStream() {
      private long next = position;
      private final long end =
          length > Long.MAX_VALUE - position ? Long.MAX_VALUE : position + length;

      @Override
      public int read(byte[] target, int offset, int count) throws IOException {
        if (count == 0) {
          return 0;
        }
        int wanted = (int) Math.min(count, end - next);
        int got = wanted == 0 ? -1 : readChannel(ByteBuffer.wrap(target, offset, wanted), next);
        if (got > 0) {
          next += got;
          bytesRead += got;
        }
        return got;
      }
    };
  }

  private int readChannel(ByteBuffer target, long position) throws IOException {
    try {
      return channel.read(target, position);
    } catch (IOException e) {
      failure = new IOException(path + ": cannot be read: " + e.getMessage(), e);
      throw failure;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
