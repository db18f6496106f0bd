package io.github.maque.model.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The metadata of a GGUF file to be, spelt as they are put in. */
final class GgufMetadata {
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final Set<String> keys = new HashSet<>();
  private ByteBuffer bytes = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

  void string(String key, String value) {
    entry(key, STRING);
    text(value);
  }

  void uint32(String key, int value) {
    entry(key, UINT32);
    room(4).putInt(value);
  }

  void float32(String key, double value) {
    entry(key, FLOAT32);
    room(4).putFloat((float) value);
  }

  void bool(String key, boolean value) {
    entry(key, BOOL);
    room(1).put((byte) (value ? 1 : 0));
  }

  void strings(String key, List<String> values) {
    array(key, STRING, values.size());
    values.forEach(this::text);
  }

  void int32s(String key, int[] values) {
    array(key, INT32, values.length);
    for (int value : values) {
      room(4).putInt(value);
    }
  }

  void float32s(String key, float[] values) {
    array(key, FLOAT32, values.length);
    for (float value : values) {
      room(4).putFloat(value);
    }
  }

  /** Returns how many entries there are. */
  int count() {
    return keys.size();
  }

  /** Returns the entries as they stand in a file. */
  ByteBuffer bytes() {
    return bytes.duplicate().flip();
  }

  private void array(String key, int type, int length) {
    entry(key, ARRAY);
    room(12).putInt(type).putLong(length);
  }

  private void entry(String key, int type) {
    if (!keys.add(key)) {
      throw new IllegalStateException(key + " is set twice");
    }
    text(key);
    room(4).putInt(type);
  }

  private void text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    room(8 + utf8.length).putLong(utf8.length).put(utf8);
  }

  private ByteBuffer room(int count) {
    if (bytes.remaining() < count) {
      int size = Math.addExact(bytes.position(), Math.max(count, bytes.capacity()));
      bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put(bytes.flip());
    }
    return bytes;
  }
}
