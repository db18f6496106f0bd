package io.github.maque.train.schedule;

/**
 * The parts of a run in updates: a warm-up at the beginning, a decay at the end.
 *
 * @param steps of the whole run
 */
record Phases(long warmup, long decay, long steps) {
  /** The decay takes all that the warm-up leaves. */
  static Phases of(Amount warmup, Horizon horizon) {
    long steps = warmup.steps(horizon);
    requireFits("warmup", warmup.toString(), steps, horizon);
    return new Phases(steps, horizon.steps() - steps, horizon.steps());
  }

  static Phases of(Amount warmup, Amount decay, Horizon horizon) {
    long first = of(warmup, horizon).warmup;
    long last = decay.steps(horizon);
    requireFits("decay", decay.toString(), last, horizon);
    requireFits("warmup and decay", warmup + " and " + decay, first + last, horizon);
    return new Phases(first, last, horizon.steps());
  }

  private static void requireFits(String name, String amount, long steps, Horizon horizon) {
    if (steps > horizon.steps()) {
      throw new IllegalArgumentException(
          "%s must not be longer than the run of %d steps, got %s, which are %d steps"
              .formatted(name, horizon.steps(), amount, steps));
    }
  }

  /** Returns what the learning rate is by the warm-up alone: not 0 at first, and 1 at its end. */
  double warmedUp(long step) {
    return step < warmup ? (step + 1.0) / warmup : 1;
  }

  /** Returns how much of the decay is behind an update: 0 at first, and 1 after the run. */
  double decayed(long step) {
    if (step >= steps) {
      return 1;
    }
    long start = steps - decay;
    return step <= start ? 0 : (double) (step - start) / decay;
  }

  /** Returns a number between 1 and another; it is exact at both ends. */
  static double between1And(double end, double part) {
    return (1 - part) + end * part;
  }

  static void requireFactor(double finalFactor) {
    if (!(finalFactor >= 0 && finalFactor <= 1)) {
      throw new IllegalArgumentException("finalFactor must be 0 to 1, got " + finalFactor);
    }
  }
}
