package io.github.maque.data.pack;

/**
 * Token ids of samples, such as dialogues, each of which stays whole, with a loss weight for each
 * token. Immutable and safe for many threads.
 */
public interface Samples {

  /** Returns how many samples there are. */
  int size();

  /** Returns how many tokens sample {@code index} has, at least 1, its EOS included. */
  int length(int index);

  /**
   * Copies a stretch of a sample.
   *
   * @param index from 0 to {@code size() - 1}
   * @param from the first token, counted in the sample
   * @param count how many tokens
   * @param ids where ids go, from {@code at} on
   * @param lossWeights where the tokens' weights go, from {@code at} on: how much it counts to
   *     predict this very token; 0 for a prompt, 1 for an answer and its EOS
   */
  void read(int index, int from, int count, int[] ids, float[] lossWeights, int at);
}
