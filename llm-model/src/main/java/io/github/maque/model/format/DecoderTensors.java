package io.github.maque.model.format;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.ParameterShape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The parameters of a decoder out of a source, in the decoder's order, where the source may have
 * another number of rows that only pad the vocabulary. In files there are none of them: no other
 * program could know that they never come out of the model. Where they are missing they are 0.
 */
final class DecoderTensors implements TensorSource {
  private final TensorSource source;
  private final Map<String, long[]> shapes;

  private DecoderTensors(TensorSource source, Map<String, long[]> shapes) {
    this.source = source;
    this.shapes = Collections.unmodifiableMap(shapes);
  }

  /**
   * Returns the parameters with {@code rows} rows for the vocabulary.
   *
   * @param source has all parameters of {@code config}
   */
  static DecoderTensors of(TensorSource source, DecoderConfig config, int rows) {
    return new DecoderTensors(source, shapes(config, rows));
  }

  /**
   * Returns what is wrong with the shapes of {@code source}, which should have the parameters of
   * {@code config} with {@code rows} rows for the vocabulary: a tensor and the problem.
   */
  static Optional<Map.Entry<String, String>> mismatch(
      TensorSource source, DecoderConfig config, int rows) {
    Map<String, long[]> shapes = shapes(config, rows);
    for (Map.Entry<String, long[]> expected : shapes.entrySet()) {
      String name = expected.getKey();
      if (!source.names().contains(name)) {
        return Optional.of(Map.entry(name, "the configuration needs it, but it is missing"));
      }
      long[] shape = source.shape(name);
      if (!Arrays.equals(shape, expected.getValue())) {
        return Optional.of(
            Map.entry(
                name,
                "the configuration needs the shape "
                    + Arrays.toString(expected.getValue())
                    + ", but it has "
                    + Excerpt.of(Arrays.toString(shape))));
      }
    }
    return source.names().stream()
        .filter(name -> !shapes.containsKey(name))
        .findFirst()
        .map(name -> Map.entry(name, "the configuration has no such parameter"));
  }

  @Override
  public Set<String> names() {
    return shapes.keySet();
  }

  @Override
  public long[] shape(String name) {
    long[] shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalArgumentException("the decoder has no parameter " + name);
    }
    return shape.clone();
  }

  @Override
  public void read(String name, long from, FloatBuffer into) throws IOException {
    requireWithin(name, from, into.remaining());
    int there = (int) Math.max(0, Math.min(source.size(name) - from, into.remaining()));
    int limit = into.limit();
    if (there > 0) {
      source.read(name, from, into.limit(into.position() + there));
    }
    into.limit(limit);
    while (into.hasRemaining()) {
      into.put(0f);
    }
  }

  private static Map<String, long[]> shapes(DecoderConfig config, int rows) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (ParameterShape parameter : config.parameterShapes()) {
      long[] shape = parameter.shape();
      if (parameter.kind() == ParameterShape.Kind.TOKEN_EMBEDDING
          || parameter.kind() == ParameterShape.Kind.HEAD) {
        shape[0] = rows;
      }
      shapes.put(parameter.name(), shape);
    }
    return shapes;
  }
}
