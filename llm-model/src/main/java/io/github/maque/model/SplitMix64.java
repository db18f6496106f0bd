package io.github.maque.model;

import java.nio.charset.StandardCharsets;

/** The parts of the generator SplitMix64 (Steele, Lea and Flood, 2014). */
final class SplitMix64 {
  /** What its states are apart: the odd number nearest to 2^64 divided by the golden ratio. */
  static final long GAMMA = 0x9E3779B97F4A7C15L;

  private SplitMix64() {}

  /** Returns where a sequence of states begins that a seed and a name have for their own. */
  static long key(long seed, String name) {
    long hash = mix(seed);
    for (byte unit : name.getBytes(StandardCharsets.UTF_8)) {
      hash = mix(hash + GAMMA ^ unit);
    }
    return hash;
  }

  /** Returns the bits of a state well mixed, so that neighbours have nothing in common. */
  static long mix(long state) {
    long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
