package io.github.maque.data.source;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks gzip (RFC 1952), with any number of members one behind another and, as on tapes, zeros
 * behind the last one. Anything else behind a member is an error: {@link
 * java.util.zip.GZIPInputStream} takes it for the end of the file, and with it a second member that
 * is damaged. Names and comments in headers are not kept, however long they are.
 */
final class GzipStream extends BulkInputStream {
  private static final int DEFLATED = 8;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xE0;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] input = new byte[1 << 16];
  private int position;
  private int limit;
  private boolean inMember;

  GzipStream(InputStream in) throws IOException {
    this.in = in;
    if (readByte() != 0x1F || readByte() != 0x8B) {
      throw new IOException("it does not begin with the magic number of gzip");
    }
    beginMember();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (inMember || hasNextMember()) {
      int count;
      try {
        count = inflater.inflate(target, offset, length);
      } catch (DataFormatException e) {
        throw new IOException(e.getMessage() == null ? "bad deflate data" : e.getMessage(), e);
      }
      if (count > 0) {
        crc.update(target, offset, count);
        return count;
      }
      if (inflater.finished()) {
        endMember();
      } else if (inflater.needsDictionary()) {
        throw new IOException("it needs a dictionary");
      } else {
        if (!fill()) {
          throw new EOFException("the file ends inside a member");
        }
        inflater.setInput(input, position, limit - position);
      }
    }
    return -1;
  }

  /** Goes on behind the end of a member; returns false at the end of the file. */
  private boolean hasNextMember() throws IOException {
    if (position == limit && !fill()) {
      return false;
    }
    int first = readByte();
    if (first == 0x1F && readByte() == 0x8B) {
      beginMember();
      return true;
    }
    boolean zero = first == 0;
    while (zero && (position < limit || fill())) {
      zero = input[position++] == 0;
    }
    if (!zero) {
      throw new IOException("what follows the end of a member is not gzip");
    }
    return false;
  }

  /** Reads the header behind the magic number. */
  private void beginMember() throws IOException {
    if (readByte() != DEFLATED) {
      throw new IOException("unknown compression method");
    }
    int flags = readByte();
    if ((flags & RESERVED) != 0) {
      throw new IOException("reserved flags are set in the header");
    }
    skip(6); // modification time, speed, operating system
    if ((flags & EXTRA) != 0) {
      skip(readByte() | readByte() << 8);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      skip(2);
    }
    inflater.reset();
    inflater.setInput(input, position, limit - position);
    crc.reset();
    inMember = true;
  }

  private void endMember() throws IOException {
    position = limit - inflater.getRemaining();
    if (readInt() != (int) crc.getValue()) {
      throw new IOException("wrong checksum");
    }
    if (readInt() != (int) inflater.getBytesWritten()) {
      throw new IOException("wrong length");
    }
    inMember = false;
  }

  private int readInt() throws IOException {
    return readByte() | readByte() << 8 | readByte() << 16 | readByte() << 24;
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      readByte();
    }
  }

  private void skipText() throws IOException {
    while (readByte() != 0) {
      // up to the zero that ends it
    }
  }

  private int readByte() throws IOException {
    if (position == limit && !fill()) {
      throw new EOFException("the file ends inside a header or a checksum");
    }
    return input[position++] & 0xFF;
  }

  /** Reads more input once there is none left; returns false at the end of the file. */
  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(input));
    return limit > 0;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
