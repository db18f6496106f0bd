package io.github.maque.model.format;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Tensors in arrays. */
final class MemoryTensors implements TensorSource {
  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final Map<String, float[]> numbers = new LinkedHashMap<>();

  MemoryTensors put(String name, List<Long> shape, float... values) {
    shapes.put(name, shape.stream().mapToLong(Long::longValue).toArray());
    numbers.put(name, values);
    return this;
  }

  /** Puts numbers that are normally distributed, like weights. */
  MemoryTensors putRandom(SplittableRandom random, String name, long... shape) {
    int size = 1;
    for (long length : shape) {
      size = Math.toIntExact(size * length);
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian() * 0.02f;
    }
    shapes.put(name, shape.clone());
    numbers.put(name, values);
    return this;
  }

  float[] values(String name) {
    return numbers.getOrDefault(name, new float[0]);
  }

  @Override
  public Set<String> names() {
    return shapes.keySet();
  }

  @Override
  public long[] shape(String name) {
    return shapes.getOrDefault(name, new long[0]).clone();
  }

  @Override
  public void read(String name, long from, FloatBuffer into) {
    into.put(values(name), (int) from, into.remaining());
  }

  /** Reads a whole tensor. */
  static float[] all(TensorSource source, String name) throws IOException {
    float[] values = new float[Math.toIntExact(source.size(name))];
    source.read(name, 0, FloatBuffer.wrap(values));
    return values;
  }
}
