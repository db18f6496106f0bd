package io.github.maque.data.dialogue;

import java.util.Arrays;

/**
 * A conversation as token ids.
 *
 * @param ids the token ids
 * @param learned for every id, whether the model is to learn to write it where it stands. As with
 *     labels in Hugging Face's libraries this belongs to the id itself, not to the one before it
 *     that predicts it; what is {@code false} here is −100 there.
 */
public record EncodedDialogue(int[] ids, boolean[] learned) {

  /** Checks that the two arrays are of one length. */
  public EncodedDialogue {
    if (ids.length != learned.length) {
      throw new IllegalArgumentException(
          "ids and learned differ in length: " + ids.length + ", " + learned.length);
    }
  }

  /** Returns the number of tokens. */
  public int size() {
    return ids.length;
  }

  /** Returns how many tokens are to be learnt. */
  public int learnedTokens() {
    int count = 0;
    for (boolean counts : learned) {
      if (counts) {
        count++;
      }
    }
    return count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EncodedDialogue that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(learned, that.learned);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + Arrays.hashCode(learned);
  }

  @Override
  public String toString() {
    return "EncodedDialogue[ids="
        + Arrays.toString(ids)
        + ", learned="
        + Arrays.toString(learned)
        + "]";
  }
}
