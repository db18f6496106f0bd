package io.github.maque.data.clean;

/**
 * 64-bit hashes of what counts of a text when it is compared with held-out ones: its letters, marks
 * and digits, in NFC and folded as {@link MinHash#fold} does. Fixed, as names of steps are made of
 * them.
 *
 * @param isEmpty whether nothing counts
 * @param whole the hash of all that counts
 * @param ngrams the hashes of every run of some characters, in order
 */
record TextHashes(boolean isEmpty, long whole, long[] ngrams) {
  private static final long BASE = 0x9E3779B97F4A7C15L;

  static TextHashes of(String text, int ngram) {
    String composed = CanonicalComposition.compose(text);
    int[] characters = new int[composed.length()];
    int count = MinHash.fold(composed, characters);
    long whole = 0;
    for (int i = 0; i < count; i++) {
      whole = whole * BASE + characters[i];
    }
    long[] ngrams = new long[Math.max(0, count - ngram + 1)];
    if (ngrams.length > 0) {
      roll(characters, ngram, ngrams);
    }
    return new TextHashes(count == 0, mix(whole ^ count), ngrams);
  }

  private static void roll(int[] characters, int ngram, long[] hashes) {
    long hash = 0;
    long outgoing = 1;
    for (int i = 0; i < ngram; i++) {
      hash = hash * BASE + characters[i];
      outgoing *= BASE;
    }
    hashes[0] = mix(hash);
    for (int i = 1; i < hashes.length; i++) {
      hash = hash * BASE + characters[i + ngram - 1] - characters[i - 1] * outgoing;
      hashes[i] = mix(hash);
    }
  }

  /** Spreads what differs in any bits over all bits, as SplitMix64 does. */
  static long mix(long value) {
    long mixed = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }
}
