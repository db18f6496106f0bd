package io.github.maque.tokenizer;

import java.util.Arrays;

/**
 * A conversation as ids, and which of them the model is to learn.
 *
 * @param ids the token ids
 * @param assistant for every id, whether it begins inside a stretch that the assistant wrote: the
 *     answer and the token that ends its turn, but no role header
 */
public record EncodedChat(int[] ids, boolean[] assistant) {

  /** Checks that the two arrays are of one length. */
  public EncodedChat {
    if (ids.length != assistant.length) {
      throw new IllegalArgumentException(
          "ids and assistant differ in length: " + ids.length + ", " + assistant.length);
    }
  }

  /** Returns the number of tokens. */
  public int size() {
    return ids.length;
  }

  /** Returns how many tokens are the assistant's. */
  public int assistantTokens() {
    int count = 0;
    for (boolean counts : assistant) {
      if (counts) {
        count++;
      }
    }
    return count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EncodedChat that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(assistant, that.assistant);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + Arrays.hashCode(assistant);
  }

  @Override
  public String toString() {
    return "EncodedChat[ids="
        + Arrays.toString(ids)
        + ", assistant="
        + Arrays.toString(assistant)
        + "]";
  }
}
