package io.github.maque.align.evaluation;

import java.nio.IntBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * Counts n-grams of texts, and how many of them differ. What symbols are, characters or tokens, is
 * the caller's choice. Used by one thread.
 */
public final class Ngrams {
  private final int size;
  private final Set<IntBuffer> different = new HashSet<>();
  private long total;

  /**
   * Creates a count of nothing.
   *
   * @param size how many symbols an n-gram has, at least 1
   */
  public Ngrams(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("size must be at least 1, got " + size);
    }
    this.size = size;
  }

  /** Counts the n-grams of one text; one that is shorter than {@code size} has none. */
  public Ngrams add(int[] symbols) {
    int[] own = symbols.clone();
    for (int from = 0; from + size <= own.length; from++) {
      different.add(IntBuffer.wrap(own, from, size));
      total++;
    }
    return this;
  }

  /** Counts the n-grams of the characters, Unicode code points, of one text. */
  public Ngrams add(String text) {
    return add(text.codePoints().toArray());
  }

  /** Returns how many n-grams were counted. */
  public long total() {
    return total;
  }

  /**
   * Returns the share of different n-grams: distinct-n, if all answers were added (Li et al., "A
   * Diversity-Promoting Objective Function for Neural Conversation Models", 2016). Falls with the
   * amount of text, so that only equal amounts compare. NaN of none.
   */
  public double distinct() {
    return total == 0 ? Double.NaN : (double) different.size() / total;
  }

  /**
   * Returns the share of n-grams that occurred before: seq-rep-n, if one answer was added (Welleck
   * et al., "Neural Text Generation with Unlikelihood Training", 2020). NaN of none.
   */
  public double repeated() {
    return 1 - distinct();
  }
}
