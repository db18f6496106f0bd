package io.github.maque.data.pack;

import io.github.maque.data.internal.SplitMix64;
import java.util.Objects;

/**
 * A shuffled order of the numbers from 0 to {@code size - 1} that is computed place by place, in no
 * memory: each (seed, epoch) has its own. Immutable.
 *
 * <p>It is a Feistel network of 12 rounds over pairs of numbers below a, where a is the square root
 * of the size, rounded up (M. Luby and C. Rackoff, 1988; J. Black and P. Rogaway, "Ciphers with
 * arbitrary finite domains", 2002): place {@code l * a + r} goes through rounds {@code (l, r) ->
 * (r, (l + f(r)) mod a)}, and as long as what comes out is not below the size, which is rare, it
 * goes through all of them again. Round k, from 0, has the key that the generator SplitMix64 (G.
 * Steele, D. Lea and C. Flood, 2014) gives as number k from {@code mix(mix(seed + GAMMA) + epoch)},
 * where GAMMA is what it counts by and mix is how it scatters bits; {@code f(r)} is {@code ((h >>>
 * 32) * a) >>> 32}, where h is {@code r + key} times the generator's first multiplier, exclusive-or
 * its own upper half, times the second multiplier. This is version 1, which the states of runs rest
 * on: it never changes. With fewer rounds, neighbours in orders of a dozen numbers are measurably
 * not independent.
 *
 * <p>A permutation is not secret: it is no cipher.
 */
public final class KeyedPermutation {
  /** The largest size, 2^62: what is computed on the way stays within 64 bits. */
  public static final long MAX_SIZE = 1L << 62;

  private static final int ROUNDS = 12;

  private final long size;
  private final long side;
  private final long[] keys = new long[ROUNDS];

  /**
   * Creates the order.
   *
   * @param size how many numbers there are, from 1 to 2^62
   */
  public KeyedPermutation(long size, long seed, long epoch) {
    if (size < 1 || size > MAX_SIZE) {
      throw new IllegalArgumentException("size must be between 1 and 2^62, got " + size);
    }
    this.size = size;
    this.side = squareRootUp(size);
    long state = SplitMix64.mix(SplitMix64.mix(seed + SplitMix64.GAMMA) + epoch);
    for (int round = 0; round < ROUNDS; round++) {
      state += SplitMix64.GAMMA;
      keys[round] = SplitMix64.mix(state);
    }
  }

  /** Returns how many numbers there are. */
  public long size() {
    return size;
  }

  /**
   * Returns the number at {@code place}.
   *
   * @throws IndexOutOfBoundsException if {@code place} is negative or not below the size
   */
  public long at(long place) {
    long value = Objects.checkIndex(place, size);
    do {
      value = forward(value);
    } while (value >= size);
    return value;
  }

  /**
   * Returns the place of {@code number}: the inverse of {@link #at}.
   *
   * @throws IndexOutOfBoundsException if {@code number} is negative or not below the size
   */
  public long indexOf(long number) {
    long value = Objects.checkIndex(number, size);
    do {
      value = backward(value);
    } while (value >= size);
    return value;
  }

  private long forward(long value) {
    long left = value / side;
    long right = value - left * side;
    for (long key : keys) {
      // Without a branch, which would be taken at random.
      long sum = left + scatter(right, key) - side;
      left = right;
      right = sum + (side & (sum >> 63));
    }
    return left * side + right;
  }

  private long backward(long value) {
    long left = value / side;
    long right = value - left * side;
    for (int round = ROUNDS - 1; round >= 0; round--) {
      long difference = right - scatter(left, keys[round]);
      right = left;
      left = difference + (side & (difference >> 63));
    }
    return left * side + right;
  }

  /** Returns a number below {@link #side}, which is at most 2^31. */
  private long scatter(long half, long key) {
    long mixed = (half + key) * SplitMix64.FIRST_MULTIPLIER;
    mixed ^= mixed >>> 32;
    mixed *= SplitMix64.SECOND_MULTIPLIER;
    return ((mixed >>> 32) * side) >>> 32;
  }

  private static long squareRootUp(long size) {
    long root = (long) Math.sqrt((double) size);
    while (root * root < size) {
      root++;
    }
    while ((root - 1) * (root - 1) >= size) {
      root--;
    }
    return root;
  }
}
