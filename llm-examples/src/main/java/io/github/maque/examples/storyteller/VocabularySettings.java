package io.github.maque.examples.storyteller;

import java.util.OptionalInt;

/**
 * The vocabulary that is learnt: byte-level pairs of Chinese pre-tokens, with the tokens of ChatML.
 *
 * @param size how many tokens there are in the end, special ones included
 * @param maximumTokenLength tokens stay shorter than this, in bytes: a Chinese character has three
 */
public record VocabularySettings(int size, OptionalInt maximumTokenLength) {
  /** 4,096 tokens of any length. */
  public static VocabularySettings defaults() {
    return new VocabularySettings(4096, OptionalInt.empty());
  }
}
