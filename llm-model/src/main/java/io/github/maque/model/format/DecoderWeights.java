package io.github.maque.model.format;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The weights of a decoder as tensors that can be written to a file, and the way back. Those of
 * blocks of a user's are among them.
 *
 * <pre>{@code
 * HuggingFaceExport.builder(decoder.config(), DecoderWeights.of(decoder)).build().write(directory);
 * }</pre>
 */
public final class DecoderWeights implements TensorSource {
  /** How many numbers are on their way at a time. */
  private static final int CHUNK = 1 << 22;

  /** DJL's own {@code set} gives an array other memory instead of writing into what it has. */
  private static final KernelSource ASSIGN =
      KernelSource.of(
          "decoder_weights",
          """
          def assign(self, to: Tensor, values: Tensor, at: int) -> Tensor:
            to.view(-1)[at:at + values.size(0)].copy_(values)
            return values
          """);

  private final Decoder decoder;
  private final Map<String, Parameter> parameters;

  private DecoderWeights(Decoder decoder) {
    this.decoder = decoder;
    parameters = decoder.parametersByName();
  }

  /** Returns the weights of a decoder, as they are whenever they are read. */
  public static DecoderWeights of(Decoder decoder) {
    return new DecoderWeights(decoder);
  }

  /**
   * Sets the weights of a decoder.
   *
   * @param source has a tensor of each parameter's name and shape; others in it are left alone
   * @throws IllegalArgumentException if a parameter is missing in the source or has another shape;
   *     then nothing has changed
   * @throws IOException if the source cannot be read; then some weights may have changed
   */
  public static void load(Decoder decoder, TensorSource source) throws IOException {
    DecoderWeights weights = of(decoder);
    for (String name : weights.names()) {
      weights.requireSame(name, source);
    }
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(CHUNK * Float.BYTES).order(ByteOrder.nativeOrder());
    try (Kernels kernels = Kernels.compile(decoder.manager(), ASSIGN)) {
      for (String name : weights.names()) {
        weights.fill(name, source, bytes, kernels.get("assign"));
      }
    }
  }

  private void requireSame(String name, TensorSource source) {
    if (!source.names().contains(name)) {
      throw new IllegalArgumentException("the source has no tensor " + name);
    }
    if (!Arrays.equals(source.shape(name), shape(name))) {
      throw new IllegalArgumentException(
          name
              + " must have the shape "
              + Arrays.toString(shape(name))
              + ", but has "
              + Arrays.toString(source.shape(name))
              + " in the source");
    }
  }

  private void fill(String name, TensorSource source, ByteBuffer bytes, Kernel assign)
      throws IOException {
    NDArray array = parameter(name).getArray();
    long size = size(name);
    for (long from = 0; from < size; from += CHUNK) {
      int count = (int) Math.min(CHUNK, size - from);
      bytes.clear().limit(count * Float.BYTES);
      source.read(name, from, bytes.asFloatBuffer());
      try (NDManager scope = decoder.manager().newSubManager()) {
        NDArray values = scope.create(bytes, new Shape(count), DataType.FLOAT32);
        assign.infer(scope, array, values, from);
      }
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(parameters.keySet());
  }

  @Override
  public long[] shape(String name) {
    return parameter(name).getShape().getShape();
  }

  @Override
  @SuppressWarnings("try") // nothing is to be said to the mode but that it ends
  public void read(String name, long from, FloatBuffer into) {
    Objects.checkFromIndexSize(from, into.remaining(), size(name));
    try (GradientMode off = GradientMode.notRecording()) {
      for (long at = from; into.hasRemaining(); ) {
        int count = Math.min(CHUNK, into.remaining());
        try (NDManager scope = decoder.manager().newSubManager()) {
          into.put(part(name, at, count, scope).toByteBuffer().asFloatBuffer());
        }
        at += count;
      }
    }
  }

  /** Returns a view of some numbers of a parameter. */
  private NDArray part(String name, long from, int count, NDManager scope) {
    NDArray flat = parameter(name).getArray().reshape(-1);
    flat.attach(scope);
    NDArray part = flat.get("{}:{}", from, from + count);
    part.attach(scope);
    return part;
  }

  private Parameter parameter(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException("the decoder has no parameter " + name);
    }
    return parameter;
  }
}
