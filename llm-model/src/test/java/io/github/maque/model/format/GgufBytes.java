package io.github.maque.model.format;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The bytes of a GGUF file, put down one by one, right or wrong. */
final class GgufBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream infos = new ByteArrayOutputStream();
  private byte[] data = {};
  private int version = 3;
  private int alignment = 32;
  private long entryCount;
  private long tensorCount;

  GgufBytes version(int version) {
    this.version = version;
    return this;
  }

  GgufBytes alignment(int alignment) {
    this.alignment = alignment;
    return this;
  }

  /** Says that there are more entries and tensors than there are, or fewer. */
  GgufBytes counts(long tensors, long entries) {
    tensorCount += tensors;
    entryCount += entries;
    return this;
  }

  GgufBytes entry(String key, int type, Consumer<GgufBytes> value) {
    string(key).int32(type);
    value.accept(this);
    entryCount++;
    return this;
  }

  GgufBytes tensor(String name, int type, long offset, long... innermostFirst) {
    GgufBytes info = new GgufBytes().string(name).int32(innermostFirst.length);
    for (long length : innermostFirst) {
      info.int64(length);
    }
    infos.writeBytes(info.int32(type).int64(offset).rawBytes());
    tensorCount++;
    return this;
  }

  GgufBytes data(byte[] data) {
    this.data = data;
    return this;
  }

  GgufBytes int8(int value) {
    out.write(value);
    return this;
  }

  GgufBytes int16(int value) {
    return int8(value).int8(value >> 8);
  }

  GgufBytes int32(int value) {
    return int16(value).int16(value >> 16);
  }

  GgufBytes int64(long value) {
    return int32((int) value).int32((int) (value >> 32));
  }

  GgufBytes string(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int64(utf8.length);
    out.writeBytes(utf8);
    return this;
  }

  GgufBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  GgufBytes pad(int alignment) {
    while (out.size() % alignment != 0) {
      out.write(0);
    }
    return this;
  }

  /** Returns what was put down, without a file around it. */
  byte[] rawBytes() {
    return out.toByteArray();
  }

  /** Returns the file. */
  byte[] toBytes() {
    GgufBytes file = new GgufBytes();
    file.out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    file.int32(version).int64(tensorCount).int64(entryCount);
    return file.raw(rawBytes()).raw(infos.toByteArray()).pad(alignment).raw(data).rawBytes();
  }
}
