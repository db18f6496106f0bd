package io.github.maque.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/** Gives a parameter the values that its configuration says, on several threads. */
final class SeededInitializer implements Initializer {
  private static final int PART = 1 << 16;

  private final DecoderConfig config;
  private final ParameterShape parameter;

  SeededInitializer(DecoderConfig config, ParameterShape parameter) {
    this.config = config;
    this.parameter = parameter;
  }

  @Override
  public NDArray initialize(NDManager manager, Shape shape, DataType dataType) {
    int size = Math.toIntExact(parameter.size());
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.multiplyExact(size, Float.BYTES))
            .order(ByteOrder.nativeOrder());
    FloatBuffer values = bytes.asFloatBuffer();
    IntStream.range(0, (size + PART - 1) / PART)
        .parallel()
        .forEach(
            part -> {
              int from = part * PART;
              int length = Math.min(PART, size - from);
              config.initialValues(parameter, from, values.slice(from, length));
            });
    // The array made of a buffer shares its memory; a copy of its own is freed with the manager.
    try (NDArray shared = manager.create(bytes, shape, DataType.FLOAT32)) {
      return shared.duplicate();
    }
  }
}
