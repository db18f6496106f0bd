package io.github.maque.train.yaml;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers as people write them. */
final class Numbers {
  private static final int MAX_CHARS = 100;
  private static final String DIGITS = "[0-9](?:_?[0-9])*";
  private static final Pattern WHOLE =
      Pattern.compile("([-+]?" + DIGITS + "(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)([kMG]?)");
  private static final Pattern FRACTION =
      Pattern.compile("[-+]?(?:" + DIGITS + "(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?");
  private static final Map<String, BigDecimal> FACTORS =
      Map.of(
          "", BigDecimal.ONE,
          "k", BigDecimal.valueOf(1_000),
          "M", BigDecimal.valueOf(1_000_000),
          "G", BigDecimal.valueOf(1_000_000_000));

  private Numbers() {}

  /**
   * Parses a whole number: {@code 512, 1_000_000, 4k, 1.5M, 1e6}.
   *
   * @throws IllegalArgumentException if it is none, with an empty message, or if it is out of
   *     range, with a message that says so
   */
  static long parseWhole(String text, long least, long most) {
    Matcher matcher = WHOLE.matcher(text);
    if (text.length() > MAX_CHARS || !matcher.matches()) {
      throw new IllegalArgumentException("");
    }
    BigDecimal number;
    try {
      BigDecimal digits = new BigDecimal(matcher.group(1).replace("_", ""));
      number = digits.multiply(FACTORS.getOrDefault(matcher.group(2), BigDecimal.ONE));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("its exponent is out of range", e);
    }
    if (number.compareTo(BigDecimal.valueOf(most)) > 0) {
      throw new IllegalArgumentException("it must be at most " + most);
    }
    if (number.compareTo(BigDecimal.valueOf(least)) < 0) {
      throw new IllegalArgumentException("it must be at least " + least);
    }
    try {
      return number.longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("it has a fraction", e);
    }
  }

  /**
   * Parses a number: {@code 1, 0.5, .5, 1e-3, 1_000.5, .inf, .nan}.
   *
   * @throws IllegalArgumentException as {@link #parseWhole}
   */
  static double parseDouble(String text) {
    switch (text) {
      case ".inf", "+.inf" -> {
        return Double.POSITIVE_INFINITY;
      }
      case "-.inf" -> {
        return Double.NEGATIVE_INFINITY;
      }
      case ".nan" -> {
        return Double.NaN;
      }
      default -> {
        if (text.length() > MAX_CHARS || !FRACTION.matcher(text).matches()) {
          throw new IllegalArgumentException("");
        }
        double number = Double.parseDouble(text.replace("_", ""));
        if (Double.isInfinite(number)) {
          throw new IllegalArgumentException("it must be at most " + Double.MAX_VALUE);
        }
        return number;
      }
    }
  }

  /** Prints the fewest digits that are read as the same number, with a point for YAML 1.1 too. */
  static String print(double number) {
    if (Double.isNaN(number)) {
      return ".nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? ".inf" : "-.inf";
    }
    if (number == 0) {
      return Double.toString(number);
    }
    // Double.toString prints too many digits for some numbers before JDK 19.
    BigDecimal shortest = shortest(number);
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -3 && exponent < 7) {
      return (shortest.scale() < 1 ? shortest.setScale(1) : shortest).toPlainString();
    }
    String digits = shortest.unscaledValue().abs().toString();
    String fraction = digits.length() == 1 ? "0" : digits.substring(1);
    return (number < 0 ? "-" : "")
        + digits.charAt(0)
        + '.'
        + fraction
        + (exponent < 0 ? "e-" : "e+")
        + Math.abs(exponent);
  }

  private static BigDecimal shortest(double number) {
    BigDecimal exact = new BigDecimal(number);
    int digits = 1;
    BigDecimal rounded = exact.round(new MathContext(digits));
    while (rounded.doubleValue() != number) {
      digits++;
      rounded = exact.round(new MathContext(digits));
    }
    return rounded.stripTrailingZeros();
  }
}
