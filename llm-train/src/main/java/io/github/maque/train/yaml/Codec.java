package io.github.maque.train.yaml;

import org.jspecify.annotations.Nullable;

/** Converts between YAML and the values of one type. */
interface Codec {
  /** Says in an error message what a value looks like. */
  String expected();

  /**
   * Makes a value.
   *
   * @param path of the key, for error messages
   * @param base the default, whose parts stand for those that the node does not give; null for none
   */
  Object read(YamlNode node, String path, @Nullable Object base);

  /** Returns what {@link #read} makes an equal value of. */
  YamlNode write(Object value);

  /** Returns what a key stands for that is missing and has no default; null if it must be there. */
  default @Nullable Object absent() {
    return null;
  }

  /** Returns the error that {@code node} is not what was expected. */
  default YamlException unexpected(YamlNode node, String path) {
    return new YamlException(
        node.place(), path, "expected " + expected() + ", found " + node.described());
  }
}
