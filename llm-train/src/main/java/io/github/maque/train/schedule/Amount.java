package io.github.maque.train.schedule;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long something takes, such as a warm-up: written {@code 100 steps}, {@code 1M tokens} or
 * {@code 2%}.
 *
 * @param value 0 or more; whole if the unit is not {@link Unit#FRACTION}
 * @param unit what the value counts
 */
public record Amount(double value, Unit unit) {
  /** What amounts are counted in. */
  public enum Unit {
    /** Updates. */
    STEPS,
    /** Tokens that updates are made of, padding included. */
    TOKENS,
    /** Parts of the run; 1 is all of it. */
    FRACTION
  }

  /** What all doubles up to are exact, if they are whole. */
  private static final double LARGEST = 1L << 53;

  /**
   * Keeps a product that would be whole, but for the rounding of doubles, from the number below.
   */
  private static final double ROUNDING = 1e-6;

  private static final Pattern FORM =
      Pattern.compile(
          "([0-9](?:_?[0-9])*(?:\\.[0-9]+)?(?:[eE]\\+?[0-9]{1,2})?)\\s*(?:(%)|([kKMBG]?)\\s*(steps?|tokens?)?)");

  /** Checks the value. */
  public Amount {
    if (!(value >= 0 && value <= LARGEST)) {
      throw new IllegalArgumentException("value must be 0 to 2^53, got " + value);
    }
    if (unit != Unit.FRACTION && value != Math.rint(value)) {
      throw new IllegalArgumentException(
          "value must be whole in " + unit.name().toLowerCase(Locale.ROOT) + ", got " + value);
    }
  }

  /** Returns an amount of updates, 0 or more. */
  public static Amount ofSteps(long steps) {
    return new Amount(steps, Unit.STEPS);
  }

  /** Returns an amount of tokens, 0 or more; it is rounded down to whole updates. */
  public static Amount ofTokens(long tokens) {
    return new Amount(tokens, Unit.TOKENS);
  }

  /** Returns a part of the run, 0 or more; it is rounded down to whole updates. */
  public static Amount ofFraction(double fraction) {
    return new Amount(fraction, Unit.FRACTION);
  }

  /**
   * Reads what {@link #toString} writes. Steps and tokens may be given in thousands ({@code k}),
   * millions ({@code M}) and billions ({@code B} or {@code G}), such as {@code 1.5M tokens}; a mere
   * number counts steps; {@code 1_500_000} and {@code 1.5e6} are read, too.
   *
   * @throws IllegalArgumentException if the text is something else
   */
  public static Amount parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "an amount must be like \"100 steps\", \"1M tokens\" or \"2%\", got \"" + text + "\"");
    }
    BigDecimal number = new BigDecimal(form.group(1).replace("_", ""));
    if (form.group(2) != null) {
      return ofFraction(number.movePointLeft(2).doubleValue());
    }
    int zeros =
        switch (form.group(3)) {
          case "k", "K" -> 3;
          case "M" -> 6;
          case "B", "G" -> 9;
          default -> 0;
        };
    boolean steps = form.group(4) == null || form.group(4).startsWith("step");
    Unit unit = steps ? Unit.STEPS : Unit.TOKENS;
    return new Amount(number.movePointRight(zeros).doubleValue(), unit);
  }

  /** Returns how many updates this is in a run, rounded down: fractions of 1 together fit. */
  public long steps(Horizon horizon) {
    return switch (unit) {
      case STEPS -> (long) value;
      case TOKENS -> (long) (value / horizon.tokensPerStep() + ROUNDING);
      case FRACTION -> (long) (value * horizon.steps() + ROUNDING);
    };
  }

  /** Returns the text that {@link #parse} reads. */
  @Override
  public String toString() {
    return switch (unit) {
      case STEPS -> (long) value + " steps";
      case TOKENS -> (long) value + " tokens";
      case FRACTION ->
          BigDecimal.valueOf(value).movePointRight(2).stripTrailingZeros().toPlainString() + "%";
    };
  }
}
