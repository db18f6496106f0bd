package io.github.maque.data.clean;

import io.github.maque.data.MalformedDataException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DuplicateSurvey} keeps of each text: a row of bytes. Little-endian:
 *
 * <pre>
 *  0  u64[2]  hash of the text
 * 16  i32     length of the text in UTF-16 units
 * 20  u8      flags: 1 takes part, 2 has a signature
 * 24  u32[]   for each band the hash of its minima         only if near
 *     u8[]    for each minimum its fingerprint             duplicates are wanted
 * </pre>
 *
 * <p>Both arrays are filled with zeros up to a multiple of eight bytes.
 */
final class SurveyRows implements Closeable {
  /** So many texts at most, because their indices have 32 bits where they are sorted. */
  static final long MAX_COUNT = 1L << Integer.SIZE;

  private static final int LENGTH = 16;
  private static final int FLAGS = 20;
  private static final int BUCKETS = 24;
  private static final int TAKES_PART = 1;
  private static final int SIGNED = 2;
  private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;

  private final MappedRecords rows;
  private final int fingerprints;
  private final int rowBytes;
  private final int padding;
  private final int enough;

  /** Opens a file of rows. */
  SurveyRows(Path file, @Nullable NearDuplicates near, int segmentBytes) throws IOException {
    rowBytes = bytes(near);
    fingerprints = near == null ? rowBytes : fingerprints(near);
    padding = near == null ? 0 : rowBytes - fingerprints - near.hashes();
    enough = near == null ? 0 : enoughEqual(near);
    long size = Files.size(file);
    if (size % rowBytes != 0) {
      throw new MalformedDataException(
          file.toString(), "expected rows of " + rowBytes + " bytes, found " + size + " bytes");
    }
    if (size / rowBytes > MAX_COUNT) {
      throw new IllegalArgumentException(
          "rows must be at most " + MAX_COUNT + ", got " + size / rowBytes + " in " + file);
    }
    rows = MappedRecords.open(file, 0, size / rowBytes, rowBytes, segmentBytes);
  }

  /** Returns how many bytes a row has. */
  static int bytes(@Nullable NearDuplicates near) {
    return near == null ? BUCKETS : fingerprints(near) + aligned(near.hashes());
  }

  private static int fingerprints(NearDuplicates near) {
    return BUCKETS + aligned(near.bands() * Integer.BYTES);
  }

  private static int aligned(int bytes) {
    return (bytes + 7) / 8 * 8;
  }

  /**
   * Appends the row of a text.
   *
   * @param minima its signature, which is empty if it has none
   */
  static void put(
      ByteBuffer out, long[] hash, int length, @Nullable NearDuplicates near, int[] minima) {
    ByteBuffer row = next(out, near);
    row.putLong(0, hash[0]);
    row.putLong(8, hash[1]);
    row.putInt(LENGTH, length);
    row.put(FLAGS, (byte) (minima.length == 0 ? TAKES_PART : TAKES_PART | SIGNED));
    if (near != null && minima.length != 0) {
      for (int band = 0; band < near.bands(); band++) {
        int from = band * near.rows();
        row.putInt(
            BUCKETS + band * Integer.BYTES, MinHash.bucket(minima, from, from + near.rows()));
      }
      for (int i = 0; i < minima.length; i++) {
        row.put(fingerprints(near) + i, MinHash.fingerprint(minima[i]));
      }
    }
  }

  /** Appends the row of a text that takes no part. */
  static void putSkipped(ByteBuffer out, @Nullable NearDuplicates near) {
    next(out, near);
  }

  /** Advances by a row, and returns it filled with zeros. */
  private static ByteBuffer next(ByteBuffer out, @Nullable NearDuplicates near) {
    int bytes = bytes(near);
    if (out.remaining() < bytes) {
      throw new BufferOverflowException();
    }
    ByteBuffer row = out.slice(out.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.position(out.position() + bytes);
    for (int i = 0; i < bytes; i += Long.BYTES) {
      row.putLong(i, 0);
    }
    return row;
  }

  long count() {
    return rows.count();
  }

  boolean takesPart(long text) {
    return (rows.getByte(text, FLAGS) & TAKES_PART) != 0;
  }

  boolean isSigned(long text) {
    return (rows.getByte(text, FLAGS) & SIGNED) != 0;
  }

  /** Returns half of a text's hash. */
  long hash(long text) {
    return rows.getLong(text, 0);
  }

  boolean equal(long a, long b) {
    return rows.getLong(a, 0) == rows.getLong(b, 0) && rows.getLong(a, 8) == rows.getLong(b, 8);
  }

  int length(long text) {
    return rows.getInt(text, LENGTH);
  }

  int bucket(long text, int band) {
    return rows.getInt(text, BUCKETS + band * Integer.BYTES);
  }

  /** Returns whether the estimated similarity of two texts reaches the threshold. */
  boolean similar(long a, long b) {
    return equalFingerprints(a, b) >= enough;
  }

  int equalFingerprints(long a, long b) {
    int equal = -padding;
    for (int i = fingerprints; i < rowBytes; i += Long.BYTES) {
      long different = rows.getLong(a, i) ^ rows.getLong(b, i);
      // The high bit of each byte becomes zero if the byte is zero.
      long nonzero = ((different & LOW_BITS) + LOW_BITS) | different | LOW_BITS;
      equal += Long.bitCount(~nonzero);
    }
    return equal;
  }

  /**
   * Returns how many fingerprints must be equal. Those of eight bits are also equal by chance,
   * which Li and König, "b-Bit minwise hashing" (2010), correct for: of similarity {@code s} the
   * expected share is {@code s + (1 - s) / 256}.
   */
  static int enoughEqual(NearDuplicates near) {
    double share = near.threshold() + (1 - near.threshold()) / 256;
    // A threshold that a whole number of hashes reaches exactly is not missed by rounding.
    return (int) Math.ceil(share * near.hashes() - 1e-9);
  }

  @Override
  public void close() {
    rows.close();
  }
}
