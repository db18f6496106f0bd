package io.github.maque.model.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of weights mapped into memory for reading, little-endian, of any size. Safe for use by
 * many threads. The memory is given back when the object is no longer reachable; the file is closed
 * by {@link #close}.
 *
 * <p>A buffer cannot be larger than 2 GiB, so the file is mapped in segments. Each holds the first
 * bytes of the next, so that no single number lies across a border.
 */
final class MappedBytes implements AutoCloseable {
  /** How large segments are, unless a test wants to see borders. */
  static final int SEGMENT_BYTES = 1 << 30;

  private static final int OVERLAP_BYTES = Float.BYTES - 1;

  /** How many numbers of 16 bits are converted at a time; they stay in the first-level cache. */
  private static final int CHUNK = 2048;

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final int segmentBytes;
  private final ByteBuffer[] segments;

  private MappedBytes(Path file, FileChannel channel, int segmentBytes) throws IOException {
    this.file = file;
    this.channel = channel;
    this.segmentBytes = segmentBytes;
    size = channel.size();
    segments = new ByteBuffer[Math.toIntExact((size + segmentBytes - 1) / segmentBytes)];
    for (int i = 0; i < segments.length; i++) {
      long from = (long) i * segmentBytes;
      long length = Math.min((long) segmentBytes + OVERLAP_BYTES, size - from);
      segments[i] = channel.map(MapMode.READ_ONLY, from, length);
    }
  }

  /**
   * Maps {@code file} as it is now.
   *
   * @param segmentBytes at least 4
   */
  static MappedBytes open(Path file, int segmentBytes) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new MappedBytes(file, channel, segmentBytes);
    } catch (Throwable failure) {
      channel.close();
      throw failure;
    }
  }

  /** Returns how many bytes the file had when it was opened. */
  long size() {
    return size;
  }

  /** Reads bytes from {@code offset} on, by a call of the system and not from the mapping. */
  void read(long offset, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      int count = channel.read(into, offset);
      if (count < 0) {
        throw cutShort();
      }
      offset += count;
    }
  }

  /**
   * Fills {@code into} with numbers of {@code type}, the first of which begins at {@code offset}.
   *
   * @throws java.nio.channels.ClosedChannelException if the file was closed
   */
  void read(long offset, WeightType type, FloatBuffer into) throws IOException {
    long end = offset + (long) into.remaining() * type.bytes();
    if (channel.size() < end) {
      throw cutShort();
    }
    try {
      while (into.hasRemaining()) {
        int segment = (int) (offset / segmentBytes);
        int within = (int) (offset % segmentBytes);
        int beginning = (segmentBytes - within - 1) / type.bytes() + 1;
        int count = Math.min(into.remaining(), beginning);
        ByteBuffer bytes =
            segments[segment].slice(within, count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
          case FLOAT32 -> into.put(bytes.asFloatBuffer());
          case BFLOAT16 -> putBfloat16(bytes.asShortBuffer(), into);
          case FLOAT16 -> putFloat16(bytes.asShortBuffer(), into);
        }
        offset += (long) count * type.bytes();
      }
    } catch (InternalError e) {
      // What the JVM makes of the signal that there is no file behind the memory any more.
      if (channel.size() < end) {
        throw cutShort();
      }
      throw e;
    }
    if (channel.size() < end) {
      throw cutShort();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static void putBfloat16(ShortBuffer from, FloatBuffer into) {
    short[] numbers = new short[Math.min(CHUNK, from.remaining())];
    float[] floats = new float[numbers.length];
    while (from.hasRemaining()) {
      int count = Math.min(numbers.length, from.remaining());
      from.get(numbers, 0, count);
      for (int i = 0; i < count; i++) {
        floats[i] = HalfPrecision.fromBfloat16(numbers[i]);
      }
      into.put(floats, 0, count);
    }
  }

  private static void putFloat16(ShortBuffer from, FloatBuffer into) {
    short[] numbers = new short[Math.min(CHUNK, from.remaining())];
    float[] floats = new float[numbers.length];
    while (from.hasRemaining()) {
      int count = Math.min(numbers.length, from.remaining());
      from.get(numbers, 0, count);
      for (int i = 0; i < count; i++) {
        floats[i] = HalfPrecision.fromFloat16(numbers[i]);
      }
      into.put(floats, 0, count);
    }
  }

  private ModelFormatException cutShort() throws IOException {
    return new ModelFormatException(
        file.toString(),
        "byte " + channel.size(),
        "the file ends here, but had " + size + " bytes when it was opened");
  }
}
