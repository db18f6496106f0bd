package io.github.maque.train.schedule;

/**
 * A learning rate over a run, as a part of the optimizer's: what the optimizer's own rate is
 * multiplied with.
 */
public interface Schedule {
  /**
   * Returns the factor of an update, 0 to 1.
   *
   * @param step the number of the update, counted from 0
   */
  double factor(long step, Horizon horizon);

  /**
   * Checks that the parts of this schedule fit into a run, so that a mistake shows before it
   * begins.
   *
   * @throws IllegalArgumentException if they do not, or an amount is not resolved for this run
   */
  default void requireFits(Horizon horizon) {
    double unused = factor(0, horizon);
  }
}
