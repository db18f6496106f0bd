package io.github.maque.data.clean;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file of records of equal size, little-endian, mapped into memory: what is said of each of many
 * texts and does not fit the heap. A mapping spans less than 2 GiB, so there are several, which
 * hold whole records. Threads may share it like an array.
 */
final class MappedRecords implements Closeable {
  static final int SEGMENT_BYTES = 1 << 30;
  private static final int FILL_BYTES = 1 << 20;
  private static final @Nullable MethodHandle UNMAP = unmap();

  private final long count;
  private final int recordBytes;
  private final int shift;
  private ByteBuffer[] segments;

  private MappedRecords(
      FileChannel channel, MapMode mode, long header, long count, int recordBytes, int segmentBytes)
      throws IOException {
    this.count = count;
    this.recordBytes = recordBytes;
    // A power of two of records, so that a record's segment is found by its bits.
    shift = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(segmentBytes / recordBytes);
    long perSegment = 1L << shift;
    segments = new ByteBuffer[Math.toIntExact((count + perSegment - 1) >>> shift)];
    for (int i = 0; i < segments.length; i++) {
      long first = i * perSegment;
      long bytes = Math.min(perSegment, count - first) * recordBytes;
      MappedByteBuffer segment = channel.map(mode, header + first * recordBytes, bytes);
      segments[i] = segment.order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Opens a file for reading, of which {@code count} records follow {@code header} bytes. */
  static MappedRecords open(Path file, long header, long count, int recordBytes, int segmentBytes)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new MappedRecords(
          channel, MapMode.READ_ONLY, header, count, recordBytes, segmentBytes);
    }
  }

  /** Creates a file of {@code count} longs that are zero, in the place of any that is there. */
  static MappedRecords longs(Path file, long count, int segmentBytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      // Written and not just stretched: a full disk is an exception here, and an error of the
      // virtual machine where a hole in the file is written to through the mapping.
      ByteBuffer zeros = ByteBuffer.allocate(FILL_BYTES);
      for (long left = count * Long.BYTES; left > 0; ) {
        zeros.clear().limit((int) Math.min(FILL_BYTES, left));
        left -= channel.write(zeros);
      }
      return new MappedRecords(channel, MapMode.READ_WRITE, 0, count, Long.BYTES, segmentBytes);
    }
  }

  /** Returns how many records there are. */
  long count() {
    return count;
  }

  long get(long index) {
    return getLong(index, 0);
  }

  void set(long index, long value) {
    segments[(int) (index >>> shift)].putLong(place(index), value);
  }

  byte getByte(long index, int offset) {
    return segments[(int) (index >>> shift)].get(place(index) + offset);
  }

  int getInt(long index, int offset) {
    return segments[(int) (index >>> shift)].getInt(place(index) + offset);
  }

  long getLong(long index, int offset) {
    return segments[(int) (index >>> shift)].getLong(place(index) + offset);
  }

  private int place(long index) {
    return (int) (index & (1L << shift) - 1) * recordBytes;
  }

  /**
   * Ends the mapping, after which the file can be deleted everywhere and its disk space is free. No
   * thread may be reading or writing any more.
   */
  @Override
  public void close() {
    ByteBuffer[] mapped = segments;
    segments = new ByteBuffer[0];
    if (UNMAP != null) {
      for (ByteBuffer segment : mapped) {
        try {
          UNMAP.invoke(segment);
        } catch (Throwable e) {
          throw new IllegalStateException("a file cannot be unmapped", e);
        }
      }
    }
  }

  /**
   * Finds what unmaps a buffer, for which JDK 17 has no public method. Without it the garbage
   * collector does so some time.
   */
  private static @Nullable MethodHandle unmap() {
    try {
      Class<?> unsafe = Class.forName("sun.misc.Unsafe");
      Field instance = unsafe.getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      return MethodHandles.lookup()
          .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
          .bindTo(instance.get(null));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }
}
