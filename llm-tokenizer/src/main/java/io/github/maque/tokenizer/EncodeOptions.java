package io.github.maque.tokenizer;

/**
 * How a text is encoded.
 *
 * @param specialTokens what happens to special tokens spelled out in the text
 * @param addBos whether the ids start with the tokenizer's BOS id
 * @param addEos whether the ids end with the tokenizer's EOS id
 */
public record EncodeOptions(SpecialTokenPolicy specialTokens, boolean addBos, boolean addEos) {

  /** Special tokens in the text are text; nothing is added. Safe for text of unknown origin. */
  public static final EncodeOptions TEXT =
      new EncodeOptions(SpecialTokenPolicy.AS_TEXT, false, false);

  /** Special tokens in the text become their ids; nothing is added. */
  public static final EncodeOptions WITH_SPECIAL_TOKENS =
      new EncodeOptions(SpecialTokenPolicy.ALLOW, false, false);

  /** Returns these options with another policy. */
  public EncodeOptions withSpecialTokens(SpecialTokenPolicy policy) {
    return new EncodeOptions(policy, addBos, addEos);
  }

  /** Returns these options, adding BOS in front or not. */
  public EncodeOptions withBos(boolean add) {
    return new EncodeOptions(specialTokens, add, addEos);
  }

  /** Returns these options, adding EOS behind or not. */
  public EncodeOptions withEos(boolean add) {
    return new EncodeOptions(specialTokens, addBos, add);
  }
}
