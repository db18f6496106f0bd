package io.github.maque.examples.benchmark;

/**
 * The SplitMix64 generator of Steele, Lea and Flood ("Fast splittable pseudorandom number
 * generators", 2014), written out so that a corpus is the same on every JDK.
 */
final class SplitMix {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private long state;

  SplitMix(long seed) {
    state = seed;
  }

  /** Starts again at {@code stream} of {@code seed}; different streams are independent. */
  void reset(long seed, long stream) {
    state = mix(seed + mix(stream * STEP + 1));
  }

  long nextLong() {
    return mix(state += STEP);
  }

  /** Returns a number from 0 to {@code bound}, exclusive. */
  int nextInt(int bound) {
    return (int) ((nextLong() >>> 32) * bound >>> 32);
  }

  /** Returns a number from 0 to 1, exclusive. */
  double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /** Returns true with the given probability. */
  boolean chance(double probability) {
    return nextDouble() < probability;
  }

  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
