package io.github.maque.data.source;

/**
 * What reading refuses to go beyond, so that a hostile or damaged file cannot exhaust the machine.
 * A file is one on disk; what it becomes by unpacking is what all its layers and entries give
 * together.
 *
 * @param maxRecordBytes the longest record, such as a line, in bytes. A longer one counts as
 *     unreadable and is left out; beyond the other limits, reading fails.
 * @param maxRatio how many times larger than on disk a file may become by unpacking; looked at once
 *     it has become larger than 16 MiB
 * @param maxFileBytes how large a file may become by unpacking
 * @param maxEntries how many entries an archive may have
 */
public record ReadLimits(int maxRecordBytes, double maxRatio, long maxFileBytes, long maxEntries) {
  /** 16 MiB, 200 times, 16 TiB, 10 million. */
  public static final ReadLimits DEFAULT = new ReadLimits(16 << 20, 200, 1L << 44, 10_000_000);

  /** Checks that every limit is positive. */
  public ReadLimits {
    if (maxRecordBytes < 1 || maxRecordBytes > 1 << 29) {
      throw new IllegalArgumentException(
          "maxRecordBytes must be between 1 and 2^29, got " + maxRecordBytes);
    }
    if (!(maxRatio >= 1)) {
      throw new IllegalArgumentException("maxRatio must be at least 1, got " + maxRatio);
    }
    if (maxFileBytes < 1) {
      throw new IllegalArgumentException("maxFileBytes must be positive, got " + maxFileBytes);
    }
    if (maxEntries < 1) {
      throw new IllegalArgumentException("maxEntries must be positive, got " + maxEntries);
    }
  }
}
