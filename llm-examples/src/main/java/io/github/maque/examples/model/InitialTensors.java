package io.github.maque.examples.model;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.ParameterShape;
import io.github.maque.model.format.TensorSource;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The weights that a decoder begins with, without a decoder: any part, computed when asked for. */
public final class InitialTensors implements TensorSource {
  private static final int PART = 1 << 14;

  private final DecoderConfig config;
  private final Map<String, ParameterShape> parameters = new LinkedHashMap<>();

  /** Returns the weights of a new decoder. */
  public InitialTensors(DecoderConfig config) {
    this.config = config;
    config.parameterShapes().forEach(parameter -> parameters.put(parameter.name(), parameter));
  }

  @Override
  public Set<String> names() {
    return parameters.keySet();
  }

  @Override
  public long[] shape(String name) {
    return parameter(name).shape();
  }

  @Override
  public void read(String name, long from, FloatBuffer into) {
    requireWithin(name, from, into.remaining());
    ParameterShape parameter = parameter(name);
    int start = into.position();
    int count = into.remaining();
    IntStream.range(0, (count + PART - 1) / PART)
        .parallel()
        .forEach(
            part -> {
              int at = part * PART;
              int length = Math.min(PART, count - at);
              config.initialValues(parameter, from + at, into.slice(start + at, length));
            });
    into.position(start + count);
  }

  private ParameterShape parameter(String name) {
    ParameterShape parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException("the decoder has no parameter " + name);
    }
    return parameter;
  }
}
