package io.github.maque.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of any size mapped into memory for reading, little-endian. Immutable; the mappings go when
 * the object does.
 *
 * <p>A buffer cannot be larger than 2 GiB, so the file is mapped in segments. Each holds the first
 * bytes of the next, so that no single value lies across a border.
 */
final class MappedFile {
  /** How large segments are, unless a test wants to see borders. */
  static final int SEGMENT_BYTES = 1 << 30;

  private static final int OVERLAP_BYTES = Long.BYTES - 1;

  private final long size;
  private final int segmentBytes;
  private final int shift;
  private final ByteBuffer[] segments;
  private final ShortBuffer[] shorts;
  private final IntBuffer[] ints;

  /**
   * Maps {@code file} as it is now.
   *
   * @param segmentBytes a power of two, from 8 to {@link #SEGMENT_BYTES}
   */
  MappedFile(Path file, int segmentBytes) throws IOException {
    this.segmentBytes = segmentBytes;
    shift = Integer.numberOfTrailingZeros(segmentBytes);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      size = channel.size();
      int count = Math.toIntExact((size + segmentBytes - 1) >>> shift);
      segments = new ByteBuffer[count];
      shorts = new ShortBuffer[count];
      ints = new IntBuffer[count];
      for (int i = 0; i < count; i++) {
        long from = (long) i << shift;
        long length = Math.min(segmentBytes + OVERLAP_BYTES, size - from);
        segments[i] = channel.map(MapMode.READ_ONLY, from, length).order(ByteOrder.LITTLE_ENDIAN);
        shorts[i] = segments[i].asShortBuffer();
        ints[i] = segments[i].asIntBuffer();
      }
    }
  }

  /** Returns how many bytes the file has. */
  long size() {
    return size;
  }

  /** Returns the value at byte {@code offset}, which need not be aligned. */
  int getInt(long offset) {
    return segments[(int) (offset >>> shift)].getInt((int) offset & (segmentBytes - 1));
  }

  /** Returns the value at byte {@code offset}, which need not be aligned. */
  long getLong(long offset) {
    return segments[(int) (offset >>> shift)].getLong((int) offset & (segmentBytes - 1));
  }

  /** Copies values of 16 bits, beginning with number {@code index} of the file. */
  void get(long index, short[] into, int from, int length) {
    int perSegment = segmentBytes / Short.BYTES;
    while (length > 0) {
      int within = (int) index & (perSegment - 1);
      int part = Math.min(length, perSegment - within);
      shorts[(int) (index >>> (shift - 1))].get(within, into, from, part);
      index += part;
      from += part;
      length -= part;
    }
  }

  /** Copies values of 32 bits, beginning with number {@code index} of the file. */
  void get(long index, int[] into, int from, int length) {
    int perSegment = segmentBytes / Integer.BYTES;
    while (length > 0) {
      int within = (int) index & (perSegment - 1);
      int part = Math.min(length, perSegment - within);
      ints[(int) (index >>> (shift - 2))].get(within, into, from, part);
      index += part;
      from += part;
      length -= part;
    }
  }
}
