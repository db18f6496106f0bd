package io.github.maque.model.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GGUF file read as docs/gguf.md of ggml lays it out, with nothing of the library: for files that
 * are known to be well-formed.
 */
final class PublishedGguf {
  /** A tensor; dimensions as in the file, the innermost first; values dequantised. */
  record Tensor(List<Long> dimensions, int type, float[] values) {}

  final Map<String, Object> metadata = new LinkedHashMap<>();
  final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final ByteBuffer in;

  PublishedGguf(byte[] file) {
    in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt() != 'G' + ('G' << 8) + ('U' << 16) + ('F' << 24) || in.getInt() != 3) {
      throw new IllegalStateException("magic or version");
    }
    long tensorCount = in.getLong();
    long pairCount = in.getLong();
    for (long i = 0; i < pairCount; i++) {
      metadata.put(string(), value(in.getInt()));
    }
    record Info(String name, List<Long> dimensions, int type, long offset) {}
    List<Info> infos = new ArrayList<>();
    for (long i = 0; i < tensorCount; i++) {
      String name = string();
      List<Long> dimensions = new ArrayList<>();
      for (int left = in.getInt(); left > 0; left--) {
        dimensions.add(in.getLong());
      }
      infos.add(new Info(name, dimensions, in.getInt(), in.getLong()));
    }
    int data = (in.position() + 31) / 32 * 32;
    for (Info info : infos) {
      if (info.offset % 32 != 0) {
        throw new IllegalStateException(info + " is not aligned");
      }
      in.position(data + (int) info.offset);
      tensors.put(
          info.name, new Tensor(info.dimensions, info.type, values(info.type, info.dimensions)));
    }
  }

  float[] values(String name) {
    return tensors.get(name).values();
  }

  private float[] values(int type, List<Long> dimensions) {
    int size = 1;
    for (long dimension : dimensions) {
      size *= (int) dimension;
    }
    float[] values = new float[size];
    float scale = 0;
    for (int i = 0; i < size; i++) {
      if (type == 0) {
        values[i] = in.getFloat();
      } else if (type == 1) {
        values[i] = half(in.getShort());
      } else if (type == 30) {
        values[i] = Float.intBitsToFloat(in.getShort() << 16);
      } else if (type == 8) {
        if (i % 32 == 0) {
          scale = half(in.getShort());
        }
        values[i] = scale * in.get();
      } else {
        throw new IllegalStateException("type " + type);
      }
    }
    return values;
  }

  /** By the definition: sign, five bits of exponent with a bias of 15, ten bits of fraction. */
  static float half(short bits) {
    int exponent = bits >> 10 & 31;
    double fraction = (bits & 1023) / 1024.0;
    double magnitude =
        exponent == 0 ? Math.scalb(fraction, -14) : Math.scalb(1 + fraction, exponent - 15);
    return (float) (bits < 0 ? -magnitude : magnitude);
  }

  private Object value(int type) {
    return switch (type) {
      case 4 -> Integer.toUnsignedLong(in.getInt());
      case 5 -> (long) in.getInt();
      case 6 -> in.getFloat();
      case 7 -> in.get() == 1;
      case 8 -> string();
      case 9 -> {
        int elementType = in.getInt();
        List<Object> values = new ArrayList<>();
        for (long left = in.getLong(); left > 0; left--) {
          values.add(value(elementType));
        }
        yield values;
      }
      default -> throw new IllegalStateException("type " + type);
    };
  }

  private String string() {
    byte[] bytes = new byte[(int) in.getLong()];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
