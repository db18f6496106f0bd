package io.github.maque.data.internal;

/**
 * The generator of G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators"
 * (2014): number i of a seed is {@code mix(seed + (i + 1) * GAMMA)}. The order of data and other
 * things that are written down rest on these constants: they never change.
 */
public final class SplitMix64 {
  /** The odd number nearest to 2^64 divided by the golden ratio. */
  public static final long GAMMA = 0x9E3779B97F4A7C15L;

  /** What {@link #mix} multiplies by at first. */
  public static final long FIRST_MULTIPLIER = 0xBF58476D1CE4E5B9L;

  /** What {@link #mix} multiplies by then. */
  public static final long SECOND_MULTIPLIER = 0x94D049BB133111EBL;

  private SplitMix64() {}

  /** Scatters the bits of {@code value}; different values stay different. */
  public static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * FIRST_MULTIPLIER;
    mixed = (mixed ^ (mixed >>> 27)) * SECOND_MULTIPLIER;
    return mixed ^ (mixed >>> 31);
  }
}
