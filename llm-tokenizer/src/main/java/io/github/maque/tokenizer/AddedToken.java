package io.github.maque.tokenizer;

/**
 * A token that is cut out of the text before the model sees it, with the flags of Hugging Face's
 * {@code added_tokens}.
 *
 * @param id the token's id
 * @param content its text, not empty
 * @param special whether it carries meaning beyond its text: the {@link SpecialTokenPolicy}
 *     applies, and decoding can skip it
 * @param normalized whether it is looked for in the normalised text rather than in the raw text
 * @param singleWord whether it matches only where no word character touches it
 * @param leftStrip whether it swallows the white space in front of it
 * @param rightStrip whether it swallows the white space behind it
 */
public record AddedToken(
    int id,
    String content,
    boolean special,
    boolean normalized,
    boolean singleWord,
    boolean leftStrip,
    boolean rightStrip) {

  /** Checks the id and the content. */
  public AddedToken {
    if (id < 0) {
      throw new IllegalArgumentException("id of added token must not be negative, got " + id);
    }
    if (content.isEmpty()) {
      throw new IllegalArgumentException("added token " + id + " has no content");
    }
  }

  /** Returns a special token with every matching flag off. */
  public static AddedToken special(int id, String content) {
    return new AddedToken(id, content, true, false, false, false, false);
  }
}
