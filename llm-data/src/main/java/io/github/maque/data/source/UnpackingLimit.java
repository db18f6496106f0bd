package io.github.maque.data.source;

import io.github.maque.data.MalformedDataException;
import java.util.Locale;

/** Watches how large one file on disk becomes by unpacking, all layers and entries together. */
final class UnpackingLimit {
  /** Below this, a large ratio means nothing. */
  private static final long HARMLESS = 16 << 20;

  private final String file;
  private final long size;
  private final ReadLimits limits;
  private long unpacked;
  private long entries;

  UnpackingLimit(String file, long size, ReadLimits limits) {
    this.file = file;
    this.size = size;
    this.limits = limits;
  }

  /** Adds bytes that came out of a decompressor. */
  void addBytes(long count) throws MalformedDataException {
    unpacked += count;
    if (unpacked > limits.maxFileBytes()) {
      throw new MalformedDataException(
          file, "becomes larger by unpacking than maxFileBytes, which is " + limits.maxFileBytes());
    }
    if (unpacked > HARMLESS && unpacked > limits.maxRatio() * size) {
      throw new MalformedDataException(
          file,
          String.format(
              Locale.ROOT,
              "its %,d bytes become more than %,d by unpacking, as those of a zip bomb do:"
                  + " maxRatio is %s",
              size,
              unpacked - count,
              limits.maxRatio()));
    }
  }

  /** Adds an entry of an archive. */
  void addEntry() throws MalformedDataException {
    if (++entries > limits.maxEntries()) {
      throw new MalformedDataException(
          file, "has more entries than maxEntries, which is " + limits.maxEntries());
    }
  }
}
