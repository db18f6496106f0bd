package io.github.maque.data.shard;

/**
 * 64 bits that say which split a text belongs to. The algorithm is frozen: another one would move
 * documents between training and validation.
 */
final class TextHash {
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private TextHash() {}

  /** Returns the hash of a text's UTF-16 units, four at a time, filled up with zeros. */
  static long of(String text) {
    long hash = text.length();
    int i = 0;
    for (; i + 4 <= text.length(); i += 4) {
      long four =
          text.charAt(i)
              | (long) text.charAt(i + 1) << 16
              | (long) text.charAt(i + 2) << 32
              | (long) text.charAt(i + 3) << 48;
      hash = add(hash, four);
    }
    long rest = 0;
    for (int j = text.length() - 1; j >= i; j--) {
      rest = rest << 16 | text.charAt(j);
    }
    return mix(add(hash, rest));
  }

  /** Lets every bit of {@code four} reach the upper half, and that the lower half. */
  private static long add(long hash, long four) {
    return Long.rotateLeft((hash ^ mix(four)) * MULTIPLIER, 32);
  }

  /** The finaliser of MurmurHash3, after which every bit depends on every other. */
  private static long mix(long hash) {
    hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
    hash = (hash ^ (hash >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return hash ^ (hash >>> 33);
  }
}
