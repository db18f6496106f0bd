package io.github.maque.model.format;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
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
    of(decoder).arrays().fill(source);
  }

  /** Returns the arrays that the parameters have now; a parameter can be given another. */
  public NamedArrays arrays() {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    parameters.forEach((name, parameter) -> arrays.put(name, parameter.getArray()));
    return NamedArrays.of(decoder.manager(), arrays);
  }

  @Override
  public Set<String> names() {
    return parameters.keySet();
  }

  @Override
  public long[] shape(String name) {
    return arrays().shape(name);
  }

  @Override
  public void read(String name, long from, FloatBuffer into) {
    arrays().read(name, from, into);
  }
}
