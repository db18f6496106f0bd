package io.github.maque.model.generate;

/**
 * Uniform numbers that depend on a seed and a step alone: SplitMix64 (Steele, Lea, Flood, "Fast
 * splittable pseudorandom number generators", 2014) read at any place, begun at the mixed seed so
 * that neighbouring seeds do not give shifted copies of one sequence.
 */
final class RandomDraw {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private RandomDraw() {}

  /** Returns the number of this step, from 0 (inclusive) to 1 (exclusive), a multiple of 2^-53. */
  static double uniform(long seed, long step) {
    return (mix(mix(seed + GAMMA) + (step + 1) * GAMMA) >>> 11) * 0x1p-53;
  }

  /** Returns the bits of {@code z} well mixed, a permutation of all longs. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
