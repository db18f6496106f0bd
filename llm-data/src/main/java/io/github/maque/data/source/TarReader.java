package io.github.maque.data.source;

import io.github.maque.data.MalformedDataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of a tar archive one behind another: the POSIX formats ustar and pax, GNU's, and
 * the oldest one. Written here because what an archive may not do is the point: names are bounded,
 * nothing recurses, and an archive that ends without its end mark is cut short, whereas Commons
 * Compress takes a header that is cut off for the end. Archives put one behind another are read as
 * one.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html">The formats in
 *     POSIX</a>
 */
final class TarReader {
  /** Headers have so many bytes, and files are filled up to a multiple of it. */
  static final int BLOCK = 512;

  private static final int NAME_LENGTH = 100;
  private static final int SIZE_AT = 124;
  private static final int SIZE_LENGTH = 12;
  private static final int CHECKSUM_AT = 148;
  private static final int CHECKSUM_LENGTH = 8;
  private static final int TYPE_AT = 156;
  private static final int MAGIC_AT = 257;
  private static final int PREFIX_AT = 345;
  private static final int PREFIX_LENGTH = 155;

  /** Far more than the attributes of a file, or its name, ever have. */
  private static final int MAX_ATTRIBUTES = 1 << 20;

  private final String archive;
  private final InputStream in;
  private final UnpackingLimit limit;
  private final byte[] header = new byte[BLOCK];
  private final byte[] waste = new byte[1 << 13];

  /** How much of the current entry is left, and of what fills it up. */
  private long remaining;

  private int padding;

  /** What a header in front of an entry's own header said about it. */
  private @Nullable String longName;

  private @Nullable String paxName;
  private long paxSize = -1;

  TarReader(String archive, InputStream in, UnpackingLimit limit) {
    this.archive = archive;
    this.in = in;
    this.limit = limit;
  }

  /**
   * Returns whether a file that begins with {@code head} is a tar archive: one with a magic number,
   * even if it is damaged, or one of the oldest kind, which had none, if the checksum is right.
   */
  static boolean isTar(byte[] head) {
    if (isHeader(head)) {
      return true;
    }
    // What follows differs, but there is a zero, and so it is no text.
    return head.length >= MAGIC_AT + 8
        && new String(head, MAGIC_AT, 5, StandardCharsets.ISO_8859_1).equals("ustar")
        && (head[MAGIC_AT + 5] == 0 || head[MAGIC_AT + 7] == 0);
  }

  private static boolean isHeader(byte[] head) {
    if (head.length < BLOCK) {
      return false;
    }
    long checksum;
    try {
      checksum = octal(head, CHECKSUM_AT, CHECKSUM_LENGTH);
    } catch (IllegalArgumentException e) {
      return false;
    }
    long unsigned = 0;
    long signed = 0; // as some old programs sum
    for (int i = 0; i < BLOCK; i++) {
      byte b = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LENGTH ? (byte) ' ' : head[i];
      unsigned += b & 0xFF;
      signed += b;
    }
    return checksum == unsigned || checksum == signed;
  }

  /**
   * Goes to the next file. Directories, links and devices are passed over.
   *
   * @return its name, or null if there are no more files
   * @throws MalformedDataException if the archive is damaged, cut short, or of a kind not read
   */
  @Nullable String next() throws IOException {
    boolean endMark = false;
    while (true) {
      skipRest();
      int length = in.readNBytes(header, 0, BLOCK);
      if (length == 0 && endMark) {
        return null;
      }
      if (length < BLOCK) {
        throw cutShort(length == 0 ? "its end mark" : "the header of an entry");
      }
      if (isZero(header)) {
        endMark = true;
        continue;
      }
      if (!isHeader(header)) {
        throw new MalformedDataException(
            archive, endMark ? "has something else behind its end" : "a tar header is damaged");
      }
      endMark = false;
      limit.addEntry();
      String name = readHeader();
      if (name != null) {
        return name;
      }
    }
  }

  /** Returns the content of the current file; to close it does nothing. */
  InputStream content() {
    return new BulkInputStream() {
      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        if (remaining == 0) {
          return -1;
        }
        int count = in.read(target, offset, (int) Math.min(length, remaining));
        if (count < 0) {
          throw cutShort("an entry, of which " + remaining + " bytes are missing");
        }
        remaining -= count;
        return count;
      }
    };
  }

  /**
   * Returns the name of the entry if it is a file, and takes in what is said about the next one.
   */
  private @Nullable String readHeader() throws IOException {
    char type = (char) header[TYPE_AT];
    setSize(size());
    switch (type) {
      case 'L' -> {
        byte[] name = readAttributes("a name");
        longName = EntryName.decode(name, 0, length(name, 0, name.length));
        return null;
      }
      case 'x', 'X' -> { // Solaris writes it large
        readPax(readAttributes("pax attributes"));
        return null;
      }
      case 'K', 'g' -> { // the target of a link, attributes of all entries
        return null;
      }
      case 'S', 'M' ->
          throw new MalformedDataException(
              EntryName.inside(archive, shortName()),
              type == 'S' ? "is a sparse file, which is not read" : "began in another archive");
      default -> {}
    }
    if (type == '1') {
      setSize(0); // a hard link may repeat the size of its file
    } else if (paxSize >= 0) {
      setSize(paxSize);
    }
    String name = paxName != null ? paxName : longName != null ? longName : shortName();
    longName = null;
    paxName = null;
    paxSize = -1;
    // What is neither a file nor another known thing is to be taken for a file, POSIX says.
    boolean file = (type < '1' || type > '6') && type != 'D' && type != 'V';
    EntryName.check(archive, name);
    return file && !name.endsWith("/") ? name : null;
  }

  private void setSize(long size) {
    remaining = size;
    padding = (int) (-size & (BLOCK - 1));
  }

  private String shortName() {
    String name = EntryName.decode(header, 0, length(header, 0, NAME_LENGTH));
    // GNU's format has other things in the place of the prefix, and another character here.
    boolean ustar = new String(header, MAGIC_AT, 6, StandardCharsets.ISO_8859_1).equals("ustar\0");
    int prefix = ustar ? length(header, PREFIX_AT, PREFIX_LENGTH) : 0;
    return prefix == 0 ? name : EntryName.decode(header, PREFIX_AT, prefix) + "/" + name;
  }

  private long size() throws MalformedDataException {
    try {
      return header[SIZE_AT] < 0
          ? binary(header, SIZE_AT, SIZE_LENGTH)
          : octal(header, SIZE_AT, SIZE_LENGTH);
    } catch (IllegalArgumentException e) {
      throw new MalformedDataException(
          EntryName.inside(archive, shortName()), "its size in the tar header is not a number", e);
    }
  }

  private byte[] readAttributes(String what) throws IOException {
    if (remaining > MAX_ATTRIBUTES) {
      throw new MalformedDataException(
          archive, "has " + what + " of " + remaining + " bytes in front of an entry");
    }
    byte[] attributes = in.readNBytes((int) remaining);
    if (attributes.length < remaining) {
      throw cutShort(what + " in front of an entry");
    }
    remaining = 0;
    return attributes;
  }

  /** Reads records {@code "27 path=data/stories.jsonl\n"}, each beginning with its own length. */
  private void readPax(byte[] records) throws MalformedDataException {
    int at = 0;
    while (at < records.length && records[at] != 0) {
      int space = at;
      int length = 0;
      while (space < records.length && space < at + 8 && isDigit(records[space])) {
        length = length * 10 + records[space++] - '0';
      }
      int end = at + length;
      if (space == at
          || end > records.length
          || end < space + 2
          || records[space] != ' '
          || records[end - 1] != '\n') {
        throw new MalformedDataException(archive, "the pax attributes of an entry are damaged");
      }
      takePax(new String(records, space + 1, end - space - 2, StandardCharsets.UTF_8));
      at = end;
    }
  }

  private void takePax(String attribute) throws MalformedDataException {
    int equals = attribute.indexOf('=');
    String key = equals < 0 ? attribute : attribute.substring(0, equals);
    String value = attribute.substring(equals + 1);
    if (key.equals("path")) {
      paxName = value;
    } else if (key.equals("size")) {
      try {
        paxSize = Long.parseLong(value);
      } catch (NumberFormatException e) {
        paxSize = -1;
      }
      if (paxSize < 0) {
        throw new MalformedDataException(archive, "the pax size of an entry is not a number");
      }
    } else if (key.startsWith("GNU.sparse")) {
      throw new MalformedDataException(archive, "holds a sparse file, which is not read");
    }
  }

  private void skipRest() throws IOException {
    while (remaining > 0 || padding > 0) {
      int count =
          in.read(waste, 0, (int) Math.min(waste.length, remaining > 0 ? remaining : padding));
      if (count < 0) {
        throw cutShort("an entry");
      }
      if (remaining > 0) {
        remaining -= count;
      } else {
        padding -= count;
      }
    }
  }

  private MalformedDataException cutShort(String where) {
    return new MalformedDataException(archive, "the tar archive is cut short inside " + where);
  }

  private static boolean isZero(byte[] block) {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  /** Returns the length of a text that a zero ends if it is shorter than its field. */
  private static int length(byte[] data, int from, int length) {
    int end = from;
    while (end < from + length && data[end] != 0) {
      end++;
    }
    return end - from;
  }

  /** Reads digits, with spaces in front, up to a space, a zero or the end of the field. */
  private static long octal(byte[] data, int from, int length) {
    int i = from;
    int end = from + length;
    while (i < end && data[i] == ' ') {
      i++;
    }
    long value = 0;
    for (; i < end && data[i] != ' ' && data[i] != 0; i++) {
      if (data[i] < '0' || data[i] > '7') {
        throw new IllegalArgumentException("not an octal number");
      }
      value = value << 3 | data[i] - '0'; // 12 digits at most
    }
    return value;
  }

  /** Reads GNU's form of sizes from 8 GiB on: the highest bit is set, the rest is the number. */
  private static long binary(byte[] data, int from, int length) {
    long value = data[from] & 0x7F;
    for (int i = from + 1; i < from + length; i++) {
      if (value >= 1L << Long.SIZE - 1 - Byte.SIZE) {
        throw new IllegalArgumentException("too large");
      }
      value = value << Byte.SIZE | data[i] & 0xFF;
    }
    return value;
  }
}
