package io.github.maque.train.optimizer;

/** Which numbers optimizers accept. */
final class Settings {
  private Settings() {}

  static void requirePositive(String name, double value) {
    require(value > 0 && Double.isFinite(value), name, "greater than 0 and finite", value);
  }

  static void requireNotNegative(String name, double value) {
    require(value >= 0 && Double.isFinite(value), name, "at least 0 and finite", value);
  }

  /** For what an average keeps of its past. */
  static void requireBelowOne(String name, double value) {
    require(value >= 0 && value < 1, name, "at least 0 and less than 1", value);
  }

  private static void require(boolean valid, String name, String allowed, double value) {
    if (!valid) {
      throw new IllegalArgumentException(name + " must be " + allowed + ", got " + value);
    }
  }
}
