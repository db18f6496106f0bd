package io.github.maque.data.pack;

/** What becomes of a sample that has more tokens than a window, T. */
public enum OverlongPolicy {
  /**
   * Its first T tokens are a sample, and the rest is lost, its EOS too. If the prompt is as long as
   * the window, nothing of weight is left.
   */
  TRUNCATE_END,

  /** Its last T tokens are a sample, and what comes before is lost. */
  TRUNCATE_START,

  /**
   * It becomes several samples that see nothing of each other: T tokens, the next T tokens, and so
   * on. The first token of each but the first is still the target of the token before it, the last
   * one of the piece before, so that every token of the sample that had a weight keeps it.
   */
  SPLIT,

  /** It is left out. */
  DROP,

  /** It is an error: an {@link IllegalArgumentException} that names the sample. */
  REJECT
}
