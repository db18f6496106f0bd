package io.github.maque.tokenizer.bpe;

import java.util.List;

/** Puts a text in front of every text that is not empty: Hugging Face's {@code Prepend}. */
public final class PrependNormalizer extends Normalizer {
  private final String text;

  PrependNormalizer(String text) {
    this.text = text;
  }

  /** Returns what is put in front. */
  public String text() {
    return text;
  }

  @Override
  void apply(TextBuffer buffer) {
    if (buffer.length() > 0) {
      prepend(text, buffer);
    }
  }

  static void prepend(String text, TextBuffer buffer) {
    buffer.beginRewrite();
    buffer.put(text, 0, 0);
    buffer.keep(0, buffer.length());
    buffer.endRewrite();
  }

  @Override
  List<?> settings() {
    return List.of(text);
  }
}
