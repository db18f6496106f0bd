package io.github.maque.examples.benchmark;

/**
 * A figure that the project promises.
 *
 * @param what what is measured
 * @param unit what the figure counts, such as {@code MB/s}
 * @param bound what it must reach, or must not exceed
 * @param isUpperBound whether less is better
 * @param measured what was measured; not a number if it could not be
 */
public record Requirement(
    String what, String unit, double bound, boolean isUpperBound, double measured) {

  static Requirement atLeast(String what, double bound, String unit, double measured) {
    return new Requirement(what, unit, bound, false, measured);
  }

  static Requirement atMost(String what, double bound, String unit, double measured) {
    return new Requirement(what, unit, bound, true, measured);
  }

  /** Returns whether the promise is kept. */
  public boolean isMet() {
    return isUpperBound ? measured <= bound : measured >= bound;
  }
}
