package io.github.maque.data.source;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds and counts line feeds eight bytes at a time: every byte of the input passes here, on the
 * thread that unpacks.
 */
final class LineFeeds {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long LINE_FEEDS = 0x0A0A0A0A0A0A0A0AL;
  private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;

  private LineFeeds() {}

  /** Returns the offset of the first line feed in {@code data[from, to)}, or -1. */
  static int indexOf(byte[] data, int from, int to) {
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long found = marks(data, i);
      if (found != 0) {
        return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
      }
    }
    for (; i < to; i++) {
      if (data[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** Returns how many line feeds there are in {@code data[from, to)}. */
  static int count(byte[] data, int from, int to) {
    int count = 0;
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      count += Long.bitCount(marks(data, i));
    }
    for (; i < to; i++) {
      count += data[i] == '\n' ? 1 : 0;
    }
    return count;
  }

  /** Returns eight bytes of which those are 0x80 that are line feeds in the data, the others 0. */
  private static long marks(byte[] data, int at) {
    long differences = (long) LONGS.get(data, at) ^ LINE_FEEDS;
    // The addition carries into the top bit of a byte exactly if one of its low bits is set.
    return ~(((differences & LOW_BITS) + LOW_BITS) | differences | LOW_BITS);
  }
}
