package io.github.maque.model.format;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Writes tensors as a safetensors file, part by part. */
final class SafetensorsWriter {
  /** How many numbers are in memory at a time. */
  private static final int CHUNK = 1 << 18;

  private final TensorSource source;
  private final WeightType type;
  private final SafetensorsHeader header;

  /**
   * Plans a file.
   *
   * @param names which tensors of {@code source} belong into it, in their order
   */
  SafetensorsWriter(TensorSource source, WeightType type, Collection<String> names) {
    this.source = source;
    this.type = type;
    Map<String, SafetensorsHeader.Tensor> tensors = new LinkedHashMap<>();
    long begin = 0;
    for (String name : names) {
      if (name.equals(SafetensorsHeader.METADATA)) {
        throw new IllegalArgumentException("no tensor can be called " + name);
      }
      long end = Math.addExact(begin, Math.multiplyExact(source.size(name), (long) type.bytes()));
      List<Long> shape = LongStream.of(source.shape(name)).boxed().toList();
      tensors.put(name, new SafetensorsHeader.Tensor(type.safetensorsName(), shape, begin, end));
      begin = end;
    }
    // Hugging Face's library refuses files that do not say for which framework they are.
    header = new SafetensorsHeader(Map.of("format", "pt"), tensors);
  }

  void write(OutputStream out) throws IOException {
    byte[] json = header.format();
    if (json.length > SafetensorsHeader.MAX_BYTES) {
      throw new IllegalArgumentException(
          "the names and shapes of the tensors must fit into "
              + SafetensorsHeader.MAX_BYTES
              + " bytes, got "
              + json.length);
    }
    out.write(
        ByteBuffer.allocate(SafetensorsHeader.PREFIX_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .array());
    out.write(json);
    byte[] bytes = new byte[CHUNK * type.bytes()];
    float[] floats = new float[CHUNK];
    for (Map.Entry<String, SafetensorsHeader.Tensor> tensor : header.tensors().entrySet()) {
      long size = tensor.getValue().size();
      for (long from = 0; from < size; from += CHUNK) {
        int count = (int) Math.min(CHUNK, size - from);
        FloatBuffer into = FloatBuffer.wrap(floats, 0, count);
        source.read(tensor.getKey(), from, into);
        if (into.hasRemaining()) {
          throw new IllegalStateException(
              "the source left " + into.remaining() + " numbers of " + tensor.getKey() + " out");
        }
        encode(tensor.getKey(), from, floats, count, bytes);
        out.write(bytes, 0, count * type.bytes());
      }
    }
  }

  private void encode(String name, long from, float[] floats, int count, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (type == WeightType.FLOAT32) {
      buffer.asFloatBuffer().put(floats, 0, count);
      return;
    }
    ShortBuffer shorts = buffer.asShortBuffer();
    boolean half = type == WeightType.FLOAT16;
    for (int i = 0; i < count; i++) {
      short number =
          half ? HalfPrecision.toFloat16(floats[i]) : HalfPrecision.toBfloat16(floats[i]);
      float written = half ? HalfPrecision.fromFloat16(number) : HalfPrecision.fromBfloat16(number);
      if (Float.isInfinite(written) && Float.isFinite(floats[i])) {
        throw new IllegalArgumentException(
            "number "
                + (from + i)
                + " of "
                + name
                + " must fit into "
                + type
                + ", got "
                + floats[i]);
      }
      shorts.put(i, number);
    }
  }
}
