package io.github.maque.tokenizer.format;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one protocol buffers message (the wire format of
 * https://protobuf.dev/programming-guides/encoding). Every length is checked against what is left,
 * nothing is allocated that the input does not hold, and every step moves forward.
 */
final class ProtobufReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int GROUP_START = 3;
  static final int GROUP_END = 4;
  static final int FIXED32 = 5;

  /** As deep as any writer nests groups, which have been out of use for twenty years. */
  private static final int MAX_GROUP_DEPTH = 32;

  private final String source;
  private final byte[] data;
  private final int end;
  private int position;
  private int tagStart;
  private int wireType;

  ProtobufReader(String source, byte[] data) {
    this(source, data, 0, data.length);
  }

  private ProtobufReader(String source, byte[] data, int from, int to) {
    this.source = source;
    this.data = data;
    this.position = from;
    this.end = to;
  }

  /** Reads the next field's tag and returns its number, or 0 at the end of the message. */
  int nextField() throws TokenizerFormatException {
    if (position == end) {
      return 0;
    }
    tagStart = position;
    long tag = varint();
    wireType = (int) (tag & 7);
    long number = tag >>> 3;
    if (number == 0 || number >= 1 << 29) {
      throw error(tagStart, "field number " + number + " is not allowed");
    }
    return (int) number;
  }

  /** The offset of the current field's tag in the file. */
  int fieldOffset() {
    return tagStart;
  }

  /** Reads an {@code int32}: as in other readers, upper bits are cut off. */
  int int32() throws TokenizerFormatException {
    require(VARINT, "an integer");
    return (int) varint();
  }

  boolean bool() throws TokenizerFormatException {
    require(VARINT, "a boolean");
    return varint() != 0;
  }

  float float32() throws TokenizerFormatException {
    require(FIXED32, "a float");
    int start = advance(4);
    int bits = 0;
    for (int i = 3; i >= 0; i--) {
      bits = bits << 8 | (data[start + i] & 0xFF);
    }
    return Float.intBitsToFloat(bits);
  }

  byte[] bytes() throws TokenizerFormatException {
    require(BYTES, "bytes");
    int length = length();
    int start = advance(length);
    byte[] bytes = new byte[length];
    System.arraycopy(data, start, bytes, 0, length);
    return bytes;
  }

  String string() throws TokenizerFormatException {
    require(BYTES, "a string");
    int length = length();
    int start = advance(length);
    try {
      CharBuffer text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(data, start, length));
      return text.toString();
    } catch (CharacterCodingException e) {
      throw error(start, "the string is not valid UTF-8");
    }
  }

  ProtobufReader message() throws TokenizerFormatException {
    require(BYTES, "a message");
    int length = length();
    int start = advance(length);
    return new ProtobufReader(source, data, start, start + length);
  }

  /** Skips the current field and appends it, tag included, to {@code unknown}. */
  void keepUnknown(ProtobufWriter unknown) throws TokenizerFormatException {
    skip();
    unknown.raw(data, tagStart, position);
  }

  /** Skips the value of the current field. */
  void skip() throws TokenizerFormatException {
    int start = tagStart;
    int depth = 0;
    do {
      if (depth > 0 && nextField() == 0) {
        throw error(start, "the group does not end");
      }
      switch (wireType) {
        case VARINT -> varint();
        case FIXED64 -> advance(8);
        case BYTES -> advance(length());
        case FIXED32 -> advance(4);
        case GROUP_START -> {
          if (++depth > MAX_GROUP_DEPTH) {
            throw error(start, "groups are nested more than " + MAX_GROUP_DEPTH + " deep");
          }
        }
        case GROUP_END -> {
          if (--depth < 0) {
            throw error(start, "a group ends that did not start");
          }
        }
        default -> throw error(tagStart, "wire type " + wireType + " does not exist");
      }
    } while (depth > 0);
    tagStart = start;
  }

  TokenizerFormatException error(int offset, String problem) {
    return new TokenizerFormatException(source, "byte " + offset, problem);
  }

  private void require(int expected, String what) throws TokenizerFormatException {
    if (wireType != expected) {
      throw error(tagStart, "expected " + what + ", found wire type " + wireType);
    }
  }

  private int length() throws TokenizerFormatException {
    int start = position;
    long length = varint();
    if (length < 0 || length > end - position) {
      throw error(
          start,
          "a length of "
              + Long.toUnsignedString(length)
              + " bytes is declared where "
              + (end - position)
              + " are left");
    }
    return (int) length;
  }

  private int advance(int count) throws TokenizerFormatException {
    if (end - position < count) {
      throw error(position, "the message ends inside a field");
    }
    int start = position;
    position += count;
    return start;
  }

  private long varint() throws TokenizerFormatException {
    int start = position;
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (position == end) {
        throw error(start, "the message ends inside a number");
      }
      byte b = data[position++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw error(start, "a number takes more than 10 bytes");
  }
}
