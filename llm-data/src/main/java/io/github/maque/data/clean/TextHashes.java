package io.github.maque.data.clean;

import io.github.maque.data.internal.SplitMix64;

/**
 * 64-bit hashes of what counts of a text when it is compared with held-out ones: its letters, marks
 * and digits, in NFC and folded as {@link TextFolding} does. Fixed, as names of steps are made of
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
    int count = TextFolding.fold(composed, characters);
    long whole = 0;
    for (int i = 0; i < count; i++) {
      whole = whole * BASE + characters[i];
    }
    long[] ngrams = new long[Math.max(0, count - ngram + 1)];
    if (ngrams.length > 0) {
      roll(characters, ngram, ngrams);
    }
    return new TextHashes(count == 0, SplitMix64.mix(whole ^ count), ngrams);
  }

  private static void roll(int[] characters, int ngram, long[] hashes) {
    long hash = 0;
    long outgoing = 1;
    for (int i = 0; i < ngram; i++) {
      hash = hash * BASE + characters[i];
      outgoing *= BASE;
    }
    hashes[0] = SplitMix64.mix(hash);
    for (int i = 1; i < hashes.length; i++) {
      hash = hash * BASE + characters[i + ngram - 1] - characters[i - 1] * outgoing;
      hashes[i] = SplitMix64.mix(hash);
    }
  }
}
