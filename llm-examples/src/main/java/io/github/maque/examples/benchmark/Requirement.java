package io.github.maque.examples.benchmark;

/**
 * A figure that the project promises.
 *
 * @param what what is measured
 * @param unit what the figure counts, such as {@code MB/s}
 * @param bound what it must reach, or must not exceed
 * @param isUpperBound whether less is better
 * @param measured what was measured
 * @param possible what this machine had to give at that moment, if that was measured; otherwise
 *     infinite
 */
public record Requirement(
    String what,
    String unit,
    double bound,
    boolean isUpperBound,
    double measured,
    double possible) {

  /** Whether a promise is kept. */
  public enum Verdict {
    /** It is. */
    MET,
    /** It is not. */
    MISSED,
    /** Nothing could have kept it here and now, because other work keeps the machine busy. */
    IMPOSSIBLE
  }

  static Requirement atLeast(String what, double bound, String unit, double measured) {
    return new Requirement(what, unit, bound, false, measured, Double.POSITIVE_INFINITY);
  }

  static Requirement atMost(String what, double bound, String unit, double measured) {
    return new Requirement(what, unit, bound, true, measured, Double.POSITIVE_INFINITY);
  }

  /** Returns this promise where the machine cannot give more than {@code limit}. */
  Requirement withPossible(double limit) {
    return new Requirement(what, unit, bound, isUpperBound, measured, limit);
  }

  /** Returns whether the promise is kept. */
  public Verdict verdict() {
    if (isUpperBound ? measured <= bound : measured >= bound) {
      return Verdict.MET;
    }
    return !isUpperBound && possible < bound ? Verdict.IMPOSSIBLE : Verdict.MISSED;
  }
}
