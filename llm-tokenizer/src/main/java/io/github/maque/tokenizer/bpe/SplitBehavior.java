package io.github.maque.tokenizer.bpe;

/**
 * What becomes of a delimiter and the text beside it, with the names and the meaning of Hugging
 * Face's {@code Split}. The examples split {@code the-final--countdown} at {@code -}.
 */
public enum SplitBehavior {
  /** Delimiters are dropped: {@code the|final|countdown}. */
  REMOVED("Removed"),
  /** Every delimiter stands alone: {@code the|-|final|-|-|countdown}. */
  ISOLATED("Isolated"),
  /** A delimiter goes with the text in front of it: {@code the-|final-|-|countdown}. */
  MERGED_WITH_PREVIOUS("MergedWithPrevious"),
  /** A delimiter goes with the text behind it: {@code the|-final|-|-countdown}. */
  MERGED_WITH_NEXT("MergedWithNext"),
  /** Delimiters that touch are one: {@code the|-|final|--|countdown}. */
  CONTIGUOUS("Contiguous");

  private final String jsonName;

  SplitBehavior(String jsonName) {
    this.jsonName = jsonName;
  }

  /** Returns the name in a {@code tokenizer.json}. */
  public String jsonName() {
    return jsonName;
  }

  /** Returns whether two neighbouring stretches are one pre-token. */
  boolean joins(boolean firstIsDelimiter, boolean secondIsDelimiter) {
    return switch (this) {
      case REMOVED, ISOLATED -> false;
      case MERGED_WITH_PREVIOUS -> !firstIsDelimiter && secondIsDelimiter;
      case MERGED_WITH_NEXT -> firstIsDelimiter && !secondIsDelimiter;
      case CONTIGUOUS -> firstIsDelimiter == secondIsDelimiter;
    };
  }
}
