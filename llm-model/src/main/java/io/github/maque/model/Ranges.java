package io.github.maque.model;

/** Checks of numbers that a user chooses. */
final class Ranges {
  private Ranges() {}

  static void requireFinite(String field, double value, boolean inRange, String range) {
    if (!Double.isFinite(value) || !inRange) {
      throw new IllegalArgumentException(field + " must be " + range + ", got " + value);
    }
  }

  static void requirePositive(String field, int value) {
    requireBetween(field, value, 1, Integer.MAX_VALUE);
  }

  static void requireBetween(String field, int value, int least, int most) {
    if (value < least || value > most) {
      String range =
          most == Integer.MAX_VALUE ? "at least " + least : "between " + least + " and " + most;
      throw new IllegalArgumentException(field + " must be " + range + ", got " + value);
    }
  }
}
