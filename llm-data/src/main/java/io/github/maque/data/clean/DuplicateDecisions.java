package io.github.maque.data.clean;

import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.LongUnaryOperator;

/** Which texts are duplicates of which, as a {@link DuplicateSurvey} found it. Thread-safe. */
public final class DuplicateDecisions {
  // A file: magic, i32 version, i32 0, i64 number of texts, and for each text an i64 with its kind
  // in the two highest bits and the index of the text that is kept in the others. Little-endian.
  private static final long MAGIC = 0x5055_4445_5551_414dL; // "MAQUEDUP"
  private static final int VERSION = 1;
  private static final int COUNT = 16;
  private static final int HEADER_BYTES = 24;
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int KIND_SHIFT = 62;
  private static final long INDEX = (1L << KIND_SHIFT) - 1;
  private static final List<Kind> KINDS =
      List.of(Kind.KEPT, Kind.EXACT_DUPLICATE, Kind.NEAR_DUPLICATE);

  private final MappedRecords entries;
  private final long[] counts;

  /** What a text is. */
  public enum Kind {
    /** No duplicate, or the one of several that is kept. */
    KEPT(0),
    /** Equal to an earlier one. */
    EXACT_DUPLICATE(1),
    /** Nearly equal to one that is kept. */
    NEAR_DUPLICATE(2);

    /** How files spell it. */
    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  private DuplicateDecisions(MappedRecords entries, long[] counts) {
    this.entries = entries;
    this.counts = counts;
  }

  /**
   * Opens a file of decisions and checks all of it. It stays mapped into memory until the garbage
   * collector finds that nobody can ask for a decision any more.
   *
   * @throws MalformedDataException if it is none, is cut short or contradicts itself
   */
  public static DuplicateDecisions open(Path file) throws IOException {
    return open(file, MappedRecords.SEGMENT_BYTES);
  }

  static DuplicateDecisions open(Path file, int segmentBytes) throws IOException {
    long count = readHeader(file);
    MappedRecords entries = MappedRecords.open(file, HEADER_BYTES, count, Long.BYTES, segmentBytes);
    long[] counts = new long[KINDS.size()];
    for (long i = 0; i < count; i++) {
      long entry = entries.get(i);
      long kept = keptInsteadOf(entry);
      boolean isKept = entry >>> KIND_SHIFT == Kind.KEPT.code;
      if (entry >>> KIND_SHIFT >= KINDS.size()
          || kept >= count
          || isKept != (kept == i)
          || entries.get(kept) != kept) {
        entries.close();
        throw new MalformedDataException(
            file.toString(), "the decision about text " + i + " contradicts others; make it again");
      }
      counts[kindOf(entry).code]++;
    }
    return new DuplicateDecisions(entries, counts);
  }

  private static long readHeader(Path file) throws IOException {
    byte[] header;
    try (InputStream in = Files.newInputStream(file)) {
      header = in.readNBytes(HEADER_BYTES);
    }
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    if (header.length < HEADER_BYTES || fields.getLong() != MAGIC) {
      throw new MalformedDataException(file.toString(), "expected decisions about duplicates");
    }
    int version = fields.getInt();
    if (version != VERSION) {
      throw new MalformedDataException(
          file.toString(), "expected decisions of version " + VERSION + ", found " + version);
    }
    long count = fields.getLong(COUNT);
    long size = Files.size(file);
    if (count < 0 || count > SurveyRows.MAX_COUNT || size != HEADER_BYTES + count * Long.BYTES) {
      throw new MalformedDataException(
          file.toString(), "found " + size + " bytes, which do not hold " + count + " decisions");
    }
    return count;
  }

  /** Returns how many texts were looked at. */
  public long size() {
    return entries.count();
  }

  /** Returns how many texts are of a kind. */
  public long count(Kind kind) {
    return counts[kind.code];
  }

  /** Returns what text {@code index} is. */
  public Kind kind(long index) {
    return kindOf(entries.get(Objects.checkIndex(index, size())));
  }

  /** Returns the text that is kept in the place of text {@code index}, which may be itself. */
  public long keptInstead(long index) {
    return keptInsteadOf(entries.get(Objects.checkIndex(index, size())));
  }

  /** Writes a file of decisions, of which {@code entries} gives each by its index. */
  static void write(OutputStream out, long count, LongUnaryOperator entries) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(count);
    for (long i = 0; i < count; i++) {
      if (buffer.remaining() < Long.BYTES) {
        out.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
      buffer.putLong(entries.applyAsLong(i));
    }
    out.write(buffer.array(), 0, buffer.position());
  }

  static long entry(Kind kind, long kept) {
    return (long) kind.code << KIND_SHIFT | kept;
  }

  static Kind kindOf(long entry) {
    return KINDS.get((int) (entry >>> KIND_SHIFT));
  }

  static long keptInsteadOf(long entry) {
    return entry & INDEX;
  }
}
