package io.github.maque.train.tune;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Learning rates from one to another, both included: written {@code 1e-4..3e-2}.
 *
 * @param lowest greater than 0
 * @param highest greater than {@code lowest} and finite
 */
public record RateRange(double lowest, double highest) {
  /** So many digits are tried, as so many are copied into a configuration. */
  private static final MathContext DIGITS = new MathContext(3);

  /** Checks that there is something between the two. */
  public RateRange {
    if (!(lowest > 0 && lowest < highest && highest < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "rates must be greater than 0, finite, and the first lower than the second, got "
              + lowest
              + ".."
              + highest);
    }
  }

  /** From 0.0001 to 0.03: what AdamW is used with, and more. */
  public static RateRange defaults() {
    return new RateRange(1e-4, 3e-2);
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  public static RateRange parse(String text) {
    String[] ends = text.split("\\.\\.", 2);
    try {
      if (ends.length == 2) {
        return new RateRange(
            Double.parseDouble(ends[0].strip()), Double.parseDouble(ends[1].strip()));
      }
    } catch (NumberFormatException e) {
      throw malformed(text, e);
    }
    throw malformed(text, null);
  }

  private static IllegalArgumentException malformed(String text, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "rates must be like 1e-4..3e-2, got \"" + text + "\"", cause);
  }

  /**
   * Returns rates in equal ratios, rounded to three digits but for the ends.
   *
   * @param count at least 2
   */
  double[] spaced(int count) {
    double[] rates =
        IntStream.range(0, count).mapToDouble(i -> rounded(at((double) i / (count - 1)))).toArray();
    rates[0] = lowest;
    rates[count - 1] = highest;
    if (DoubleStream.of(rates).mapToObj(RateRange::text).distinct().count() < count) {
      throw new IllegalArgumentException(
          "count must be small enough for rates that differ in three digits, got "
              + count
              + " in "
              + this);
    }
    return rates;
  }

  /** Returns the rate at a part of the way, in equal ratios. */
  double at(double part) {
    return lowest * Math.pow(highest / lowest, part);
  }

  static double rounded(double rate) {
    return BigDecimal.valueOf(rate).round(DIGITS).doubleValue();
  }

  /** Returns a rate as it is told: with the three digits that it has, and a power of ten. */
  static String text(double rate) {
    return String.format(Locale.ROOT, "%.2e", rate)
        .replaceFirst("\\.?0*e", "e")
        .replaceFirst("e([+-])0*(\\d)", "e$1$2")
        .replace("e+", "e");
  }

  @Override
  public String toString() {
    return text(lowest) + ".." + text(highest);
  }
}
