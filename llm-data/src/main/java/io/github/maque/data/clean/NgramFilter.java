package io.github.maque.data.clean;

/**
 * A set of hashes that takes two to four bytes for each, but at least 8 KiB, and is sometimes wrong
 * about one that is not in it, in at most five of 1,000 cases: a Bloom filter (Bloom, 1970) whose
 * bits for one hash are all in one 64-bit word, so that a look costs one access to memory (Putze,
 * Sanders and Singler, "Cache-, hash- and space-efficient Bloom filters", 2007).
 *
 * <p>It never takes more than 32 MiB: of more hashes than fit, it holds a sample. Safe for many
 * threads once it is filled.
 */
final class NgramFilter {
  private static final int HASHES_PER_WORD = 4;
  private static final int MAX_WORDS = 1 << 22;

  /** Among fewer words, hashes fall too unevenly for the promised rate of errors. */
  private static final int MIN_INDEX_BITS = 10;

  private static final int MAX_SAMPLING_BITS = 12;

  private final long[] words;
  private final int wordShift;
  private final long sampling;

  /** Creates a filter for about {@code hashes} hashes. */
  NgramFilter(long hashes) {
    long needed = (hashes + HASHES_PER_WORD - 1) / HASHES_PER_WORD;
    int indexBits = MIN_INDEX_BITS;
    while (1L << indexBits < needed && 1 << indexBits < MAX_WORDS) {
      indexBits++;
    }
    int samplingBits = 0;
    while (MAX_WORDS < needed >>> samplingBits && samplingBits < MAX_SAMPLING_BITS) {
      samplingBits++;
    }
    words = new long[1 << indexBits];
    wordShift = Long.SIZE - indexBits;
    // Bits 30 to 41: the mask uses those below, the index those above.
    sampling = (1L << samplingBits) - 1 << 30;
  }

  /** Returns whether a hash is one of those that are looked at. */
  boolean isSampled(long hash) {
    return (hash & sampling) == 0;
  }

  /** Adds a hash, if it is sampled. */
  void add(long hash) {
    if (isSampled(hash)) {
      words[(int) (hash >>> wordShift)] |= mask(hash);
    }
  }

  /** Returns whether a sampled hash was added: no error if it was, rarely one if not. */
  boolean contains(long hash) {
    long mask = mask(hash);
    return (words[(int) (hash >>> wordShift)] & mask) == mask;
  }

  /** Five bits, which need not be different ones. */
  private static long mask(long hash) {
    // A shift by a long takes its last six bits.
    return 1L << hash
        | 1L << (hash >>> 6)
        | 1L << (hash >>> 12)
        | 1L << (hash >>> 18)
        | 1L << (hash >>> 24);
  }
}
