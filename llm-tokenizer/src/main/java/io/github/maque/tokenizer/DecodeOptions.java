package io.github.maque.tokenizer;

/**
 * How ids are decoded.
 *
 * @param skipSpecialTokens whether special tokens are left out rather than written as their text
 */
public record DecodeOptions(boolean skipSpecialTokens) {

  /** Special tokens are written out as their text. */
  public static final DecodeOptions ALL = new DecodeOptions(false);

  /** Special tokens are left out. */
  public static final DecodeOptions SKIP_SPECIAL_TOKENS = new DecodeOptions(true);
}
