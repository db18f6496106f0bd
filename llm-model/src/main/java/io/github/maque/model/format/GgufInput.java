package io.github.maque.model.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The first bytes of a GGUF file one after the other, little-endian. Every count and length is held
 * against the bytes that are left before anything is made for it.
 */
final class GgufInput {
  /** The header of the largest vocabularies takes 20 MB. */
  static final int MAX_BYTES = 64 << 20;

  private final String file;
  private final FileChannel channel;
  private final long fileBytes;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN).limit(0);

  /** Offset in the file of the first byte behind the buffer. */
  private long bufferEnd;

  GgufInput(String file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.fileBytes = channel.size();
  }

  /** Returns how long the file is. */
  long fileBytes() {
    return fileBytes;
  }

  /** Returns the offset of the next byte. */
  long position() {
    return bufferEnd - buffer.remaining();
  }

  byte int8() throws IOException {
    require(1);
    return buffer.get();
  }

  short int16() throws IOException {
    require(2);
    return buffer.getShort();
  }

  int int32() throws IOException {
    require(4);
    return buffer.getInt();
  }

  long int64() throws IOException {
    require(8);
    return buffer.getLong();
  }

  /** Returns the next bytes, of which there are so many left. */
  ByteBuffer bytes(int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      require(1);
      int length = Math.min(bytes.remaining(), buffer.remaining());
      bytes.put(buffer.slice().limit(length));
      buffer.position(buffer.position() + length);
    }
    return bytes.flip();
  }

  /** Returns a number of things, each of which takes at least some bytes. */
  int count(String things, int bytesEach) throws IOException {
    long start = position();
    long count = int64();
    if (count < 0 || count > remaining() / bytesEach) {
      throw error(
          start,
          "there cannot be "
              + Long.toUnsignedString(count)
              + " "
              + things
              + " in the "
              + remaining()
              + " bytes left for the header");
    }
    return (int) count;
  }

  /** Returns a text of metadata; what is not UTF-8 in it becomes U+FFFD. */
  String text() throws IOException {
    return new String(textBytes(), StandardCharsets.UTF_8);
  }

  /** Returns a text that is UTF-8 and not empty. */
  String name(String what) throws IOException {
    long start = position();
    byte[] bytes = textBytes();
    try {
      CharBuffer name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      if (name.isEmpty()) {
        throw error(start, what + " is empty");
      }
      return name.toString();
    } catch (CharacterCodingException e) {
      throw error(start, what + " is not UTF-8");
    }
  }

  private byte[] textBytes() throws IOException {
    long start = position();
    long length = int64();
    if (length < 0 || length > remaining()) {
      throw error(
          start,
          "a text of "
              + Long.toUnsignedString(length)
              + " bytes does not fit in the "
              + remaining()
              + " bytes left for the header");
    }
    return bytes((int) length).array();
  }

  /** Makes at least {@code count} bytes stand in the buffer. */
  private void require(int count) throws IOException {
    if (remaining() < count) {
      throw error(
          position(),
          fileBytes > MAX_BYTES
              ? "the header does not end within " + MAX_BYTES + " bytes"
              : "the file ends within the header");
    }
    if (buffer.remaining() >= count) {
      return;
    }
    buffer.compact();
    while (buffer.position() < count) {
      int read = channel.read(buffer, bufferEnd);
      if (read < 0) {
        throw error(bufferEnd, "the file was cut while it was read");
      }
      bufferEnd += read;
    }
    buffer.flip();
  }

  private long remaining() {
    return Math.min(fileBytes, MAX_BYTES) - position();
  }

  ModelFormatException error(long offset, String problem) {
    return new ModelFormatException(file, "byte " + offset, problem);
  }

  /** Returns the exception for something that has a name. */
  ModelFormatException error(String place, String problem) {
    return new ModelFormatException(file, place, problem);
  }
}
