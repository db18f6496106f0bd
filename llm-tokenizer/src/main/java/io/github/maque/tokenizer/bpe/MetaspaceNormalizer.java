package io.github.maque.tokenizer.bpe;

import java.util.List;

/**
 * Writes spaces as a visible character, and puts one in front of the text: what Hugging Face's
 * pre-tokenizer {@code Metaspace} does before it splits.
 */
public final class MetaspaceNormalizer extends Normalizer {
  /** In front of which texts a space is put, unless they start with one. */
  public enum PrependScheme {
    /** Of every stretch between added tokens. */
    ALWAYS("always"),
    /** Of the stretch that starts the whole text. */
    FIRST("first"),
    /** Of none. */
    NEVER("never");

    private final String jsonName;

    PrependScheme(String jsonName) {
      this.jsonName = jsonName;
    }

    /** Returns the name in a {@code tokenizer.json}. */
    public String jsonName() {
      return jsonName;
    }
  }

  private final char replacement;
  private final PrependScheme scheme;

  MetaspaceNormalizer(char replacement, PrependScheme scheme) {
    this.replacement = replacement;
    this.scheme = scheme;
  }

  /** Returns what a space becomes. */
  public char replacement() {
    return replacement;
  }

  /** Returns in front of which texts one is put. */
  public PrependScheme scheme() {
    return scheme;
  }

  @Override
  void apply(TextBuffer text) {
    char[] chars = text.chars();
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (chars[i] == ' ') {
        chars[i] = replacement;
      }
    }
    boolean prepends =
        switch (scheme) {
          case ALWAYS -> true;
          case FIRST -> text.startsText();
          case NEVER -> false;
        };
    if (prepends && length > 0 && chars[0] != replacement) {
      PrependNormalizer.prepend(String.valueOf(replacement), text);
    }
  }

  @Override
  List<?> settings() {
    return List.of(replacement, scheme);
  }
}
