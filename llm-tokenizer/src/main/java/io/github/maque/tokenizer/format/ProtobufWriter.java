package io.github.maque.tokenizer.format;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the fields of one protocol buffers message in the order of the calls. */
final class ProtobufWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  ProtobufWriter int32(int field, int value) {
    tag(field, ProtobufReader.VARINT);
    varint(value); // a negative int32 is sign-extended to ten bytes
    return this;
  }

  ProtobufWriter bool(int field, boolean value) {
    return int32(field, value ? 1 : 0);
  }

  ProtobufWriter float32(int field, float value) {
    tag(field, ProtobufReader.FIXED32);
    int bits = Float.floatToRawIntBits(value);
    for (int i = 0; i < 4; i++) {
      out.write(bits >>> 8 * i);
    }
    return this;
  }

  ProtobufWriter bytes(int field, byte[] value) {
    tag(field, ProtobufReader.BYTES);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  ProtobufWriter string(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Appends fields that are already encoded. */
  ProtobufWriter raw(byte[] fields, int from, int to) {
    out.write(fields, from, to - from);
    return this;
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }

  private void tag(int field, int wireType) {
    varint((long) field << 3 | wireType);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
