package io.github.maque.data.source;

import io.github.maque.data.MalformedDataException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of a zip archive in the order of its central directory, which alone says what
 * belongs to it. The directory is read entry by entry, so that its size does not matter, and
 * checksums and lengths are verified; neither {@link java.util.zip.ZipFile} nor Commons Compress
 * does both.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">The format</a>
 */
final class ZipReader {
  private static final int LOCAL_HEADER = 0x04034B50;
  private static final int DIRECTORY_ENTRY = 0x02014B50;
  private static final int END = 0x06054B50;
  private static final int END_64 = 0x06064B50;
  private static final int END_64_LOCATOR = 0x07064B50;

  private static final int LOCAL_HEADER_SIZE = 30;
  private static final int DIRECTORY_ENTRY_SIZE = 46;
  private static final int END_SIZE = 22;
  private static final int END_64_SIZE = 56;
  private static final int END_64_LOCATOR_SIZE = 20;
  private static final int MAX_COMMENT = 0xFFFF;
  private static final int EXTRA_64 = 1;
  private static final int UNIX = 3;

  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  /** A field of 32 bits whose value is in the 64-bit extension. */
  private static final long ELSEWHERE = 0xFFFFFFFFL;

  private final String archive;
  private final DiskFile disk;
  private final UnpackingLimit limit;
  private final InputStream directory;
  private long entriesLeft;

  private record Entry(
      String name, int flags, int method, int crc, long packed, long size, long header) {}

  private @Nullable Entry entry;

  ZipReader(String archive, DiskFile disk, UnpackingLimit limit) throws IOException {
    this.archive = archive;
    this.disk = disk;
    this.limit = limit;
    directory = openDirectory();
  }

  /**
   * Goes to the next file. Directories and links are passed over.
   *
   * @return its name, or null if there are no more files
   * @throws MalformedDataException if the archive is damaged or cut short
   */
  @Nullable String next() throws IOException {
    while (entriesLeft > 0) {
      entriesLeft--;
      limit.addEntry();
      ByteBuffer fixed = buffer(readDirectory(DIRECTORY_ENTRY_SIZE));
      if (fixed.getInt(0) != DIRECTORY_ENTRY) {
        throw damaged("an entry of its directory does not begin as one does");
      }
      byte[] name = readDirectory(fixed.getShort(28) & 0xFFFF);
      ByteBuffer extra = buffer(readDirectory(fixed.getShort(30) & 0xFFFF));
      readDirectory(fixed.getShort(32) & 0xFFFF); // a comment
      Entry next = entry(fixed, EntryName.decode(name, 0, name.length), extra);
      EntryName.check(archive, next.name);
      boolean link = fixed.get(5) == UNIX && (fixed.getShort(40) & 0xF000) == 0xA000;
      if (!link && !next.name.endsWith("/")) {
        entry = next;
        return next.name;
      }
    }
    if (directory.read() >= 0) {
      throw damaged("its directory has more entries than its end record says");
    }
    return null;
  }

  /**
   * Opens the current file.
   *
   * @throws MalformedDataException if it is encrypted or packed by a method that is not supported
   */
  InputStream content() throws IOException {
    Entry current = entry;
    if (current == null) {
      throw new IllegalStateException("there is no entry");
    }
    String name = EntryName.inside(archive, current.name);
    if ((current.flags & 1) != 0) {
      throw new MalformedDataException(name, "is encrypted");
    }
    if (current.method != STORED && current.method != DEFLATED) {
      throw new MalformedDataException(
          name, "is packed by method " + current.method + " of zip; only 0 and 8 are read");
    }
    ByteBuffer header = read(current.header, LOCAL_HEADER_SIZE);
    if (header.getInt(0) != LOCAL_HEADER) {
      throw new MalformedDataException(name, "is not where the directory of the archive says");
    }
    long start =
        current.header
            + LOCAL_HEADER_SIZE
            + (header.getShort(26) & 0xFFFF)
            + (header.getShort(28) & 0xFFFF);
    InputStream packed = disk.stream(start, current.packed);
    return new UnpackedStream(name, "zip", disk, limit, () -> new Content(current, packed));
  }

  /** What an entry unpacks to, verified at its end. */
  private static final class Content extends BulkInputStream {
    private final Entry entry;
    private final Inflater inflater = new Inflater(true);
    private final InputStream in;
    private final CRC32 crc = new CRC32();
    private long size;

    Content(Entry entry, InputStream packed) {
      this.entry = entry;
      // Archives may have millions of small entries, for which a large buffer would be a waste.
      int buffer = (int) Math.max(512, Math.min(entry.packed, 1 << 16));
      in = entry.method == STORED ? packed : new InflaterInputStream(packed, inflater, buffer);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = in.read(target, offset, length);
      if (count > 0) {
        crc.update(target, offset, count);
        size += count;
      }
      if (size > entry.size) {
        throw new IOException("more than the " + entry.size + " bytes that it should have");
      }
      if (count < 0) {
        verify();
      }
      return count;
    }

    private void verify() throws IOException {
      long packed = entry.method == STORED ? size : inflater.getBytesRead();
      if (packed < entry.packed && entry.method == STORED || size < entry.size) {
        throw new EOFException(entry.size + " bytes were expected");
      }
      if (packed != entry.packed) {
        throw new IOException("something follows its end");
      }
      if ((int) crc.getValue() != entry.crc) {
        throw new IOException("wrong checksum");
      }
    }

    @Override
    public void close() {
      inflater.end();
    }
  }

  /** Finds the directory by the record at the end of the file. */
  private InputStream openDirectory() throws IOException {
    long end = findEnd();
    ByteBuffer record = read(end, END_SIZE);
    if (record.getShort(4) != 0 || record.getShort(6) != 0) {
      throw damaged("it is a part of an archive in several files");
    }
    long entries = record.getShort(10) & 0xFFFF;
    long size = record.getInt(12) & ELSEWHERE;
    long offset = record.getInt(16) & ELSEWHERE;
    long behind = end;
    long locator = end - END_64_LOCATOR_SIZE;
    if (locator >= 0 && read(locator, 4).getInt(0) == END_64_LOCATOR) {
      behind = read(locator, END_64_LOCATOR_SIZE).getLong(8);
      ByteBuffer record64 = read(behind, END_64_SIZE);
      if (record64.getInt(0) != END_64) {
        throw damaged("its 64-bit end record is not where it should be");
      }
      entries = record64.getLong(32);
      size = record64.getLong(40);
      offset = record64.getLong(48);
    }
    if (entries < 0 || size < 0 || offset < 0 || offset > behind || size != behind - offset) {
      throw damaged("its directory is not where it should be");
    }
    entriesLeft = entries;
    return new BufferedInputStream(disk.stream(offset, size), 1 << 16);
  }

  /** Returns where the end record is, behind which there may be only a comment. */
  private long findEnd() throws IOException {
    long from = Math.max(0, disk.size() - END_SIZE - MAX_COMMENT);
    ByteBuffer tail = buffer(disk.read(from, (int) (disk.size() - from)));
    for (int i = tail.capacity() - END_SIZE; i >= 0; i--) {
      if (tail.getInt(i) == END
          && (tail.getShort(i + 20) & 0xFFFF) == tail.capacity() - END_SIZE - i) {
        return from + i;
      }
    }
    throw damaged("it has no end record, so that it is cut short, or something was added to it");
  }

  private Entry entry(ByteBuffer fixed, String name, ByteBuffer extra)
      throws MalformedDataException {
    long packed = fixed.getInt(20) & ELSEWHERE;
    long size = fixed.getInt(24) & ELSEWHERE;
    long header = fixed.getInt(42) & ELSEWHERE;
    int at = 0;
    while (at + 4 <= extra.capacity()) {
      int length = extra.getShort(at + 2) & 0xFFFF;
      int field = at + 4;
      at = field + length;
      if (at > extra.capacity() || extra.getShort(field - 4) != EXTRA_64) {
        continue;
      }
      // Only the values that did not fit are there, in this order.
      if (size == ELSEWHERE && field + 8 <= at) {
        size = extra.getLong(field);
        field += 8;
      }
      if (packed == ELSEWHERE && field + 8 <= at) {
        packed = extra.getLong(field);
        field += 8;
      }
      if (header == ELSEWHERE && field + 8 <= at) {
        header = extra.getLong(field);
      }
    }
    if (size < 0 || packed < 0 || header < 0 || header > disk.size()) {
      throw damaged("the numbers of " + name + " in its directory make no sense");
    }
    return new Entry(
        name,
        fixed.getShort(8),
        fixed.getShort(10) & 0xFFFF,
        fixed.getInt(16),
        packed,
        size,
        header);
  }

  private byte[] readDirectory(int length) throws IOException {
    byte[] bytes = directory.readNBytes(length);
    if (bytes.length < length) {
      throw damaged("its directory has fewer entries than its end record says");
    }
    return bytes;
  }

  private ByteBuffer read(long position, int length) throws IOException {
    byte[] bytes = position < 0 ? new byte[0] : disk.read(position, length);
    if (bytes.length < length) {
      throw damaged("it is cut short, or a position in it is wrong");
    }
    return buffer(bytes);
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private MalformedDataException damaged(String problem) {
    return new MalformedDataException(archive, "the zip archive is damaged: " + problem);
  }
}
