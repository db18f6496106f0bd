package io.github.maque.train.yaml;

import org.jspecify.annotations.Nullable;

/**
 * A YAML text cannot be made a record. The message names the text with line and column, or the
 * option on the command line; the path of the key; what was found and what was expected:
 *
 * <pre>{@code
 * run.yaml:7:18: optimizer.learning-rate: expected a number, found "fast"
 * run.yaml:9:11: optimizer.epsilon: must be positive, got 0.0
 * }</pre>
 */
public final class YamlException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  YamlException(Place place, String path, String problem) {
    this(place, path, problem, null);
  }

  YamlException(Place place, String path, String problem, @Nullable Throwable cause) {
    super(
        path.isEmpty() || place.names(path)
            ? place + ": " + problem
            : place + ": " + path + ": " + problem,
        cause);
  }
}
