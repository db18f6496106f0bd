package io.github.maque.train.schedule;

/**
 * How long a run is.
 *
 * @param steps how many updates it makes, at least 1
 * @param tokensPerStep how many tokens an update is made of, at least 1
 */
public record Horizon(long steps, long tokensPerStep) {
  /** Checks that both are positive. */
  public Horizon {
    if (steps < 1) {
      throw new IllegalArgumentException("steps must be at least 1, got " + steps);
    }
    if (tokensPerStep < 1) {
      throw new IllegalArgumentException("tokensPerStep must be at least 1, got " + tokensPerStep);
    }
  }
}
