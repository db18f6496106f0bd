package io.github.maque.train;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Other settings for some parameters. The first rule that matches a parameter counts.
 *
 * @param names a regular expression that matches whole names, such as {@code .*norm\.weight}
 * @param rateFactor what their learning rate is multiplied with, 0 or more
 * @param decayFactor what their weight decay is multiplied with, 0 or more
 */
public record ParameterRule(String names, double rateFactor, double decayFactor) {
  /** Checks the expression and the numbers. */
  public ParameterRule {
    try {
      Pattern.compile(names);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "names must be a regular expression, got " + names + ": " + e.getDescription(), e);
    }
    if (!(rateFactor >= 0 && rateFactor < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "rateFactor must be at least 0 and finite, got " + rateFactor);
    }
    if (!(decayFactor >= 0 && decayFactor < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "decayFactor must be at least 0 and finite, got " + decayFactor);
    }
  }

  boolean matches(String name) {
    return Pattern.matches(names, name);
  }
}
