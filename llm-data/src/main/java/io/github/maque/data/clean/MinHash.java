package io.github.maque.data.clean;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Signatures of texts: for each of a number of hash functions the smallest hash of any shingle. Two
 * signatures agree in one place with the probability of the Jaccard similarity of the shingles.
 * Thread-safe. What it computes is written to files: a change needs another {@link
 * DuplicateSurvey#VERSION}.
 */
final class MinHash {
  private static final long SEED = 0x6d61717565L;
  private static final long BASE = 0x9e3779b97f4a7c15L;
  private static final int UNROLLED = 4;

  private final int ngram;
  private final long outgoing;
  private final int[] flips;
  private final int[] factors;

  MinHash(int ngram, int hashes) {
    this.ngram = ngram;
    long power = 1;
    for (int i = 1; i < ngram; i++) {
      power *= BASE;
    }
    outgoing = power;
    SplittableRandom random = new SplittableRandom(SEED);
    flips = new int[hashes];
    factors = new int[hashes];
    for (int i = 0; i < hashes; i++) {
      flips[i] = random.nextInt();
      factors[i] = random.nextInt() | 1;
    }
  }

  /** Returns the signature of {@code text}, which is empty if the text has no shingle. */
  int[] sign(String text) {
    int[] hashes = new int[text.length() + UNROLLED - 1];
    int shingles = hashShingles(hashes, TextFolding.fold(text, hashes));
    if (shingles == 0) {
      return new int[0];
    }
    // A shingle that comes again changes no minimum.
    Arrays.fill(hashes, shingles, shingles + UNROLLED - 1, hashes[shingles - 1]);
    int[] minima = new int[flips.length];
    Arrays.fill(minima, Integer.MAX_VALUE);
    for (int i = 0; i < shingles; i += UNROLLED) {
      lower(minima, hashes[i], hashes[i + 1], hashes[i + 2], hashes[i + 3]);
    }
    return minima;
  }

  /**
   * Lowers all minima to those of four more shingles. Hashes have 31 bits, and the smaller of two
   * is found by subtraction, because the C2 compiler of JDK 17 makes vector instructions of that
   * but not of {@link Math#min(int, int)}. Four shingles at once spare it loads and stores.
   */
  private void lower(int[] minima, int a, int b, int c, int d) {
    int[] flips = this.flips;
    int[] factors = this.factors;
    for (int i = 0; i < minima.length; i++) {
      int flip = flips[i];
      int factor = factors[i];
      int ab = smaller((a ^ flip) * factor >>> 1, (b ^ flip) * factor >>> 1);
      int cd = smaller((c ^ flip) * factor >>> 1, (d ^ flip) * factor >>> 1);
      minima[i] = smaller(smaller(ab, cd), minima[i]);
    }
  }

  private static int smaller(int a, int b) {
    int difference = a - b; // cannot overflow: neither is negative
    return b + (difference & difference >> 31);
  }

  /** Replaces characters by the hashes of the n-grams that begin with them; returns how many. */
  private int hashShingles(int[] characters, int count) {
    int shingles = Math.max(0, count - ngram + 1);
    long rolling = 0;
    for (int i = 0; i < ngram && i < count; i++) {
      rolling = rolling * BASE + characters[i];
    }
    for (int i = 0; i < shingles; i++) {
      int first = characters[i];
      characters[i] = mix(rolling);
      if (i + ngram < count) {
        rolling = (rolling - first * outgoing) * BASE + characters[i + ngram];
      }
    }
    return shingles;
  }

  /** Returns the hash of the minima of one band. */
  static int bucket(int[] minima, int from, int to) {
    long hash = SEED;
    for (int i = from; i < to; i++) {
      hash = (hash ^ minima[i]) * BASE;
      hash ^= hash >>> 32;
    }
    return mix(hash);
  }

  /** Returns eight bits of a minimum, which are equal by chance in one of 256. */
  static byte fingerprint(int minimum) {
    return (byte) (minimum * 0x9e3779b1 >>> 24);
  }

  /** All of the hash in 32 bits, by the constants of MurmurHash3. */
  private static int mix(long hash) {
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
    return (int) (hash >>> 32);
  }
}
