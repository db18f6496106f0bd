package io.github.maque.align.preference;

import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTrainer;
import io.github.maque.tokenizer.bpe.TextSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A way to lay out conversations, and a tokenizer of little more than bytes for it. */
final class TinyChat {
  static final ChatTemplate TEMPLATE = ChatTemplate.chatMl();
  static final int TOKENS = 272;
  static final Tokenizer TOKENIZER = train();

  private TinyChat() {}

  private static Tokenizer train() {
    try {
      return BpeTrainer.byteLevel()
          .vocabularySize(TOKENS)
          .specialTokens(List.copyOf(TEMPLATE.specialTokens()))
          .threads(1)
          .train(TextSource.of(List.of("user assistant system user assistant system")))
          .tokenizer();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
