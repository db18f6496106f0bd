package io.github.maque.train.metric;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;

/** A file on a disk with little space: of what does not fit, a part is written before it fails. */
final class FullDisk implements SeekableByteChannel {
  private byte[] bytes = new byte[0];
  private int position;
  private long space = Long.MAX_VALUE;
  private boolean closed;

  /** Sets how long the file can be. */
  void free(long length) {
    space = length;
  }

  byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    byte[] fits = new byte[(int) Math.min(from.remaining(), space - position)];
    if (fits.length == 0) {
      throw new IOException("No space left on device");
    }
    from.get(fits);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(bytes, 0, position);
    all.writeBytes(fits);
    int end = position + fits.length;
    all.writeBytes(Arrays.copyOfRange(bytes, Math.min(end, bytes.length), bytes.length));
    bytes = all.toByteArray();
    position = end;
    return fits.length;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long place) {
    position = Math.toIntExact(place);
    return this;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public int read(ByteBuffer into) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
  }
}
