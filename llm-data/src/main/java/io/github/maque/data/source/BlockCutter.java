package io.github.maque.data.source;

import io.github.maque.data.Location;
import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts text into blocks that end where records end. A block is full with the record that fills it,
 * and ends in front of a record that is too long, which is left out without being held in memory.
 * All of this is decided by the bytes alone, never by how many of them a read returns.
 */
final class BlockCutter {
  /** A block is full with so many bytes. */
  static final int BLOCK_SIZE = 1 << 20;

  /** A block is also full with so many records, whatever their size: each takes room of its own. */
  private static final int BLOCK_RECORDS = 1 << 16;

  private static final int READ_SIZE = 1 << 16;
  private static final int UTF8_MARK_SIZE = 3;

  private final Supplier<RecordScanner> format;
  private final int blockSize;
  private final int maxRecordBytes;

  /** What was read and not given away; kept from file to file. */
  private byte[] data = new byte[READ_SIZE];

  private int length;

  /** Where the scanner is, and where the record began that it is in. */
  private int scanned;

  private int recordStart;

  /** Begin and end of each record found, without delimiters. */
  private int[] bounds = new int[64];

  private int records;

  private String file = "";
  private InputStream in = InputStream.nullInputStream();
  private RecordScanner scanner;
  private boolean atEnd = true;

  /** The line that {@code data} begins with. */
  private long line;

  /** Whether a record that is too long is being left out. */
  private boolean skipping;

  BlockCutter(Supplier<RecordScanner> format, int blockSize, int maxRecordBytes) {
    this.format = format;
    this.blockSize = blockSize;
    this.maxRecordBytes = maxRecordBytes;
    scanner = format.get();
  }

  /** Begins with a file, or an entry of an archive, which the caller closes. */
  void start(String name, InputStream content) throws IOException {
    file = name;
    in = content;
    scanner = format.get();
    length = 0;
    scanned = 0;
    recordStart = 0;
    records = 0;
    line = 1;
    skipping = false;
    atEnd = false;
    skipByteOrderMark();
  }

  /**
   * Returns the next block of the file, or null behind the last one.
   *
   * @throws MalformedDataException if the file cannot be cut into records
   */
  @Nullable CutBlock next() throws IOException {
    while (true) {
      // A record that does not end before this, delimiter included, is too long.
      long tooFar = (long) recordStart + maxRecordBytes + Math.max(1, scanner.delimiter());
      int limit = skipping ? length : (int) Math.min(length, tooFar);
      int end = scan(limit);
      if (end >= 0) {
        if (skipping) {
          discard(end);
          skipping = false;
        } else {
          addRecord(end - scanner.delimiter());
          recordStart = end;
          if (end >= blockSize || records == BLOCK_RECORDS) {
            return take(end, List.of());
          }
        }
      } else if (skipping) {
        discard(length);
        if (isAtEnd()) {
          return null;
        }
      } else if (limit == tooFar) {
        return skipRecord();
      } else if (isAtEnd()) {
        return length == 0 ? null : end();
      }
    }
  }

  private int scan(int limit) throws MalformedDataException {
    try {
      int end = scanner.next(data, scanned, limit);
      scanned = end < 0 ? limit : end;
      return end;
    } catch (IllegalArgumentException e) {
      throw new MalformedDataException(
          new Location(file, lineOf(recordStart)), String.valueOf(e.getMessage()));
    }
  }

  /** Reads some more, and returns whether there was nothing, as there may be. */
  private boolean isAtEnd() throws IOException {
    if (read()) {
      return false;
    }
    String missing = scanner.missingAtEnd();
    if (missing != null) {
      throw new MalformedDataException(
          new Location(file, lineOf(length)), "cut short: the file ends here, but " + missing);
    }
    return true;
  }

  /** Ends the last block: its last record may have no delimiter. */
  private CutBlock end() {
    if (length - recordStart > maxRecordBytes) {
      return skipRecord();
    }
    addRecord(length);
    recordStart = length;
    return take(length, List.of());
  }

  /** Ends the block in front of a record that is too long. */
  private CutBlock skipRecord() {
    int text = CutBlock.skipBlank(data, recordStart, scanned);
    RecordError error =
        new RecordError(
            new Location(file, lineOf(text)),
            "longer than maxRecordBytes, which is " + maxRecordBytes);
    skipping = true;
    return take(recordStart, List.of(error));
  }

  private void addRecord(int end) {
    if (end <= recordStart) {
      return; // as between two line feeds
    }
    if (2 * records == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * bounds.length);
    }
    bounds[2 * records] = recordStart;
    bounds[2 * records + 1] = end;
    records++;
  }

  /** Returns the first {@code size} bytes and the records in them as a block. */
  private CutBlock take(int size, List<RecordError> errors) {
    CutBlock block =
        new CutBlock(
            file, Arrays.copyOf(data, size), Arrays.copyOf(bounds, 2 * records), line, errors);
    records = 0;
    discard(size);
    return block;
  }

  /** Drops the first {@code size} bytes. */
  private void discard(int size) {
    line += LineFeeds.count(data, 0, size);
    System.arraycopy(data, size, data, 0, length - size);
    length -= size;
    scanned -= size;
    recordStart = 0;
  }

  private long lineOf(int offset) {
    return line + LineFeeds.count(data, 0, offset);
  }

  /** Reads some more, and returns whether there was any. */
  private boolean read() throws IOException {
    if (atEnd) {
      return false;
    }
    if (data.length - length < READ_SIZE) {
      data = Arrays.copyOf(data, Math.max(length + READ_SIZE, 2 * data.length));
    }
    int count = in.read(data, length, READ_SIZE);
    if (count < 0) {
      atEnd = true;
      return false;
    }
    length += count;
    return true;
  }

  private void skipByteOrderMark() throws IOException {
    while (length < UTF8_MARK_SIZE && read()) {
      // a read may return a single byte
    }
    int first = length < 2 ? 0 : (data[0] & 0xFF) << 8 | data[1] & 0xFF;
    if (first == 0xFEFF || first == 0xFFFE) {
      throw new MalformedDataException(
          file, "is in UTF-16 by its byte order mark; only UTF-8 is read");
    }
    if (length >= UTF8_MARK_SIZE && first == 0xEFBB && (data[2] & 0xFF) == 0xBF) {
      scanned = UTF8_MARK_SIZE;
      discard(UTF8_MARK_SIZE);
    }
  }
}
