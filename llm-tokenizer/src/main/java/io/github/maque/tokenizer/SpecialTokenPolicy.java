package io.github.maque.tokenizer;

/** What encoding does where the text spells out a special token such as {@code <|endoftext|>}. */
public enum SpecialTokenPolicy {
  /**
   * It becomes the special token's id, as in Hugging Face's default. For trusted, rendered text.
   */
  ALLOW,
  /** It is ordinary text and is encoded piece by piece. For anything a user or a corpus wrote. */
  AS_TEXT,
  /** Encoding fails with an {@link IllegalArgumentException} that names the token and its place. */
  ERROR
}
