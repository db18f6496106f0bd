package io.github.maque.train.yaml;

import java.util.Locale;
import java.util.regex.Pattern;

/** Names of Java as they are written in YAML: {@code learningRate} as {@code learning-rate}. */
final class KebabCase {
  private static final Pattern START_OF_WORD =
      Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

  private KebabCase() {}

  static String of(String javaName) {
    return START_OF_WORD
        .matcher(javaName)
        .replaceAll("-")
        .replace('_', '-')
        .toLowerCase(Locale.ROOT);
  }
}
