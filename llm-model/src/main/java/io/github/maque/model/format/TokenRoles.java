package io.github.maque.model.format;

import io.github.maque.model.DecoderConfig;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerConfig;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Which of a tokenizer's tokens play a part in the texts of a model.
 *
 * @param bos the id that begins a text
 * @param eos the id that ends one
 * @param pad the id that fills a batch
 */
record TokenRoles(OptionalInt bos, OptionalInt eos, OptionalInt pad) {
  /**
   * Finds them for an export, and checks that what is exported goes together.
   *
   * @param tokenizer without one nothing plays a part
   * @param config names tokens where a part is not played by the one that the tokenizer has for it
   * @throws IllegalArgumentException if the tokenizer has more ids than the decoder, or lacks a
   *     token that {@code config} or the chat template names, or there is only a chat template
   */
  static TokenRoles of(
      DecoderConfig decoder,
      @Nullable Tokenizer tokenizer,
      TokenizerConfig config,
      @Nullable ChatTemplate chatTemplate) {
    if (tokenizer == null) {
      if (chatTemplate != null) {
        throw new IllegalArgumentException("chatTemplate needs a tokenizer, and there is none");
      }
      return new TokenRoles(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());
    }
    if (tokenizer.vocabularySize() > decoder.vocabularySize()) {
      throw new IllegalArgumentException(
          String.format(
              "tokenizer has %d ids, and the decoder's vocabularySize is %d",
              tokenizer.vocabularySize(), decoder.vocabularySize()));
    }
    if (chatTemplate != null) {
      chatTemplate.checkVocabulary(tokenizer);
    }
    return new TokenRoles(
        id(tokenizer, config.bosToken(), tokenizer.specialTokens().bos()),
        id(tokenizer, config.eosToken(), tokenizer.specialTokens().eos()),
        id(tokenizer, config.padToken(), tokenizer.specialTokens().pad()));
  }

  private static OptionalInt id(Tokenizer tokenizer, Optional<String> named, OptionalInt known) {
    if (named.isEmpty()) {
      return known;
    }
    OptionalInt id = tokenizer.idOf(named.get().getBytes(StandardCharsets.UTF_8));
    if (id.isEmpty()) {
      throw new IllegalArgumentException(
          "tokenizerConfig names the token \""
              + Excerpt.of(named.get())
              + "\", which is not there");
    }
    return id;
  }
}
