package io.github.maque.model.generate;

import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;

/**
 * A decoder that holds the keys and values of several sequences, each in a slot of its own, and
 * says what comes next in them. The only thing generation needs to know of a model; implementations
 * are used by one thread at a time.
 *
 * <p>What a slot is told never changes what another slot answers, not by a bit.
 */
public interface DecodingSession extends AutoCloseable {
  /**
   * Opens a session with the decoder's context length, in its precision.
   *
   * @param decoder whose weights, as they are now, are used; of one with blocks of a user's, as
   *     they are at each call
   * @param slots how many sequences there can be at once, 1 or more
   */
  static DecodingSession open(Decoder decoder, int slots) {
    return open(decoder, slots, decoder.config().contextLength(), decoder.precision());
  }

  /**
   * Opens a session. Beside the decoder's own memory, keys and values take {@link
   * DecoderConfig#keyValueCacheBytes} for one place more than {@code contextLength}, and all
   * weights are held once more in the precision. The embeddings are held as 32-bit floats; where
   * they are tied to the head they are so in addition to the head's copy. A decoder with blocks of
   * a user's is computed from the beginning of the text for each token, in its own precision, for
   * lack of knowledge what to cache.
   *
   * @param decoder whose weights, as they are now, are used
   * @param slots how many sequences there can be at once, 1 or more
   * @param contextLength how many tokens a slot can hold, at most the decoder's
   * @param precision in what to compute
   * @throws IllegalArgumentException if a number is out of range, or the precision is not the
   *     decoder's and it has blocks of a user's
   */
  static DecodingSession open(Decoder decoder, int slots, int contextLength, Precision precision) {
    if (slots < 1) {
      throw new IllegalArgumentException("slots must be at least 1, got " + slots);
    }
    int most = decoder.config().contextLength();
    if (contextLength < 1 || contextLength > most) {
      throw new IllegalArgumentException(
          "contextLength must be from 1 to the decoder's " + most + ", got " + contextLength);
    }
    Precision resolved = precision.resolve(decoder.manager());
    if (!decoder.hasCustomBlocks()) {
      return new CachedSession(decoder, slots, contextLength, resolved);
    }
    if (precision != Precision.AUTO && precision != decoder.precision()) {
      throw new IllegalArgumentException(
          "a decoder with blocks of a user's decodes in its own precision, "
              + decoder.precision()
              + ", but "
              + precision
              + " was asked for");
    }
    return new RecomputingSession(decoder, slots, contextLength);
  }

  /** Returns how many sequences there can be at once. */
  int slots();

  /** Returns how many tokens a slot can hold. */
  int contextLength();

  /** Returns how many logits there are: the ids of the vocabulary, without its padding. */
  int vocabularySize();

  /**
   * Empties slots and reads a prompt into each.
   *
   * @param slots which slots, each at most once
   * @param prompts the prompt of each, of 1 to {@link #contextLength()} ids
   * @param logits where to write what follows each prompt: arrays of {@link #vocabularySize()}
   */
  void prefill(int[] slots, int[][] prompts, float[][] logits);

  /**
   * Empties a slot, so that it takes no more room than any empty one.
   *
   * @throws IllegalArgumentException if there is no such slot
   */
  void clear(int slot);

  /**
   * Adds one token to each of some slots.
   *
   * @param slots which slots, each at most once, each holding a prompt and not full
   * @param tokens the token of each
   * @param logits where to write what follows: arrays of {@link #vocabularySize()}
   */
  void step(int[] slots, int[] tokens, float[][] logits);

  /** Returns how many tokens a slot holds. */
  int length(int slot);

  @Override
  void close();
}
