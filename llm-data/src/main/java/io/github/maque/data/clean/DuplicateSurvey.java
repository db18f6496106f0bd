package io.github.maque.data.clean;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.DoubleConsumer;
import org.apache.commons.codec.digest.MurmurHash3;
import org.jspecify.annotations.Nullable;

/**
 * Finds duplicates among any number of texts, in two stages: first every text gives one row of
 * bytes, which the caller writes to a file, row behind row in the order of the texts; then the file
 * of all rows tells which texts to keep. Thread-safe.
 *
 * <p>Texts are equal if the 128-bit MurmurHash3 of their UTF-8 is, and the first of them is kept.
 * Two different texts among a thousand million have the same hash with a probability below
 * 10<sup>-20</sup>, unless somebody constructs them to. Among texts that {@link NearDuplicates}
 * describes as nearly equal, the longest is kept (of several, the first), and then the longest of
 * those that are not nearly equal to a kept one, and so on: no text is dropped only because others
 * lead from it to the kept one step by step.
 *
 * <p>A text is compared with a limited number of others, for the work not to grow with the square
 * of their number: in a bucket with its first 64 texts and 64 more, in a cluster of texts that are
 * linked with the 1,024 longest that are kept. Beyond that a near duplicate may stay.
 *
 * <p>The outcome depends on the rows alone, not on the number of threads. Memory on the heap does
 * not grow with the number of texts; the system should have room to cache the file of rows, which
 * is read in random order where texts are compared. There may be 2<sup>32</sup> texts.
 */
public final class DuplicateSurvey {
  /** The version of rows: of the hashes, the signatures and their layout. */
  static final int VERSION = 1;

  private static final int HASH_SEED = 0;
  private static final int[] NO_SIGNATURE = {};

  private final @Nullable NearDuplicates near;
  private final @Nullable MinHash minHash;

  /**
   * Creates a survey.
   *
   * @param near when texts are nearly equal, or null to look only for equal ones
   */
  DuplicateSurvey(@Nullable NearDuplicates near) {
    this.near = near;
    minHash = near == null ? null : new MinHash(near.ngram(), near.hashes());
  }

  /** Returns how many bytes a row has. */
  public int rowBytes() {
    return SurveyRows.bytes(near);
  }

  /**
   * Appends the row of a text to {@code row}.
   *
   * @throws java.nio.BufferOverflowException if there is no room for {@link #rowBytes} bytes; none
   *     is written then
   */
  public void sign(String text, ByteBuffer row) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    long[] hash = MurmurHash3.hash128x64(utf8, 0, utf8.length, HASH_SEED);
    int[] signature = minHash == null ? NO_SIGNATURE : minHash.sign(text);
    SurveyRows.put(row, hash, text.length(), near, signature);
  }

  /**
   * Appends the row of a text that is out already, and is nobody's duplicate.
   *
   * @throws java.nio.BufferOverflowException if there is no room for {@link #rowBytes} bytes; none
   *     is written then
   */
  public void skip(ByteBuffer row) {
    SurveyRows.putSkipped(row, near);
  }

  /**
   * Decides which texts to keep and writes that to {@code decisions}, as a whole or not at all.
   *
   * @param rows the file of all rows
   * @param scratch a directory for intermediate files, which are named {@code duplicates-*.tmp} and
   *     deleted in the end; they take {@code 8 * (min(threads, bands) + 2)} bytes for each text. No
   *     other search may use it at the same time
   * @param threads how many threads compare texts, at least 1
   * @param progress hears the share that is done, from 0 to 1, on the calling thread
   * @throws io.github.maque.data.MalformedDataException if the file of rows does not hold whole
   *     rows
   * @throws IOException if a file cannot be read or written, or the thread is interrupted
   */
  public void resolve(Path rows, Path decisions, Path scratch, int threads, DoubleConsumer progress)
      throws IOException {
    resolve(rows, decisions, scratch, threads, progress, MappedRecords.SEGMENT_BYTES);
  }

  void resolve(
      Path rows,
      Path decisions,
      Path scratch,
      int threads,
      DoubleConsumer progress,
      int segmentBytes)
      throws IOException {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }
    try (SurveyRows opened = new SurveyRows(rows, near, segmentBytes);
        ScratchFiles files = new ScratchFiles(scratch, segmentBytes)) {
      new DuplicateSearch(opened, near, files, threads, progress).run(decisions);
    }
  }
}
