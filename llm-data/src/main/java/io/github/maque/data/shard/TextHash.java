package io.github.maque.data.shard;

/**
 * 64 bits that say which split a text belongs to. The algorithm is frozen: another one would move
 * documents between training and validation.
 */
final class TextHash {
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private TextHash() {}

  /** Returns the hash of a text's UTF-16 units, each added and then multiplied and rotated in. */
  static long of(String text) {
    long hash = text.length();
    for (int i = 0; i < text.length(); i++) {
      hash = Long.rotateLeft((hash + text.charAt(i)) * MULTIPLIER, 29);
    }
    return mix(hash);
  }

  /** The finaliser of MurmurHash3, after which every bit depends on every other. */
  private static long mix(long hash) {
    hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
    hash = (hash ^ (hash >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return hash ^ (hash >>> 33);
  }
}
