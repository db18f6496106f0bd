package io.github.maque.examples.benchmark;

/**
 * Something that was measured.
 *
 * @param group what it belongs to
 * @param name what or who it is
 * @param value how much
 * @param unit what it counts
 * @param spread how far the rounds are apart, as a part of the value
 * @param remark what else there is to say, or nothing
 */
public record Measurement(
    String group, String name, double value, String unit, double spread, String remark) {

  /**
   * Returns a speed in a race over 1,000,000 units, which counts runs per second.
   *
   * @param amount how many of {@code unit} a run is
   */
  static Measurement of(String group, Race.Speed runs, double amount, String unit, String remark) {
    return new Measurement(
        group, runs.name(), amount * runs.mbPerSecond(), unit, runs.spread(), remark);
  }
}
