package io.github.maque.align.rollout;

import io.github.maque.align.internal.ModelFingerprint;
import io.github.maque.model.Decoder;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;

/**
 * A decoder with all that it takes to have a conversation with it.
 *
 * @param decoder the decoder, which stays the caller's to close
 * @param tokenizer the tokenizer that it was trained with
 * @param template how conversations are laid out for it
 */
public record ChatModel(Decoder decoder, Tokenizer tokenizer, ChatTemplate template) {

  /**
   * Checks that the parts go together.
   *
   * @throws IllegalArgumentException if the tokenizer lacks special tokens of the template, or has
   *     more ids than the decoder
   */
  public ChatModel {
    template.checkVocabulary(tokenizer);
    int most = decoder.config().vocabularySize();
    if (tokenizer.vocabularySize() > most) {
      throw new IllegalArgumentException(
          "tokenizer must have at most the decoder's "
              + most
              + " ids, got "
              + tokenizer.vocabularySize());
    }
  }

  /**
   * Returns 64 hexadecimal digits that are the same for models that answer alike: the SHA-256 of
   * the decoder's configuration, precision, weights and low-rank updates as they are now, of the
   * tokenizer and of the template. Reads all weights.
   *
   * @throws IllegalArgumentException if the tokenizer has no {@linkplain TokenizerFiles#fingerprint
   *     fingerprint}, or the decoder has blocks of a user's, of which only the weights are known
   */
  public String fingerprint() {
    return new Fingerprint("maque chat model 1")
        .add(ModelFingerprint.of(decoder))
        .add(TokenizerFiles.fingerprint(tokenizer))
        .add(template.jinja())
        .hex();
  }
}
