package io.github.maque.data.shard;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.codec.digest.DigestUtils;

/** A file that only grows, and the SHA-256 of what is in it. Used by one thread at a time. */
final class AppendFile implements Closeable {
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path file;
  private final FileChannel channel;
  private final MessageDigest digest = DigestUtils.getSha256Digest();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private long length;

  /**
   * Opens {@code file} or creates it.
   *
   * @param length how much of the file counts: whatever is behind is cut off
   */
  AppendFile(Path file, long length) throws IOException {
    this.file = file;
    channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (channel.size() < length) {
        throw new IOException(
            file + ": has " + channel.size() + " bytes, expected at least " + length);
      }
      channel.truncate(length);
      InputStream written = Channels.newInputStream(channel);
      for (int read; (read = written.read(buffer.array())) > 0; ) {
        digest.update(buffer.array(), 0, read);
      }
      this.length = length;
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  Path path() {
    return file;
  }

  /** Returns how many bytes were appended in all. */
  long length() {
    return length;
  }

  void append(byte[] bytes, int from, int count) throws IOException {
    digest.update(bytes, from, count);
    length += count;
    int done = 0;
    while (done < count) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int part = Math.min(buffer.remaining(), count - done);
      buffer.put(bytes, from + done, part);
      done += part;
    }
  }

  void appendInt(int value) throws IOException {
    append(
        new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)},
        0,
        Integer.BYTES);
  }

  /** Makes everything that was appended survive a power failure. */
  void force() throws IOException {
    flush();
    try {
      channel.force(false);
    } catch (IOException e) {
      throw WriteFailure.of(file, e);
    }
  }

  /** Returns the SHA-256 of the whole file in hexadecimal; nothing may be appended any more. */
  String sha256Hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  private void flush() throws IOException {
    buffer.flip();
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw WriteFailure.of(file, e);
    }
    buffer.clear();
  }

  /** Closes the file; what was not forced may be lost. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
