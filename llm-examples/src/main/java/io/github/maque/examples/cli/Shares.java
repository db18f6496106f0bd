package io.github.maque.examples.cli;

/** Options that are a share, from 0 to 1. */
final class Shares {
  private Shares() {}

  /** Rejects what is no share, naming the option. */
  static void require(String option, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(option + " must be from 0 to 1, got " + share);
    }
  }
}
