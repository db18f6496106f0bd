package io.github.maque.tokenizer.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code tokenizer_config.json} and {@code special_tokens_map.json} say beside a tokenizer:
 * which token plays which part, and how conversations are written.
 *
 * @param bosToken the token that begins a document
 * @param eosToken the token that ends a document or an answer
 * @param padToken the token that fills a batch
 * @param unkToken the token that stands for what the vocabulary cannot spell
 * @param addBosToken whether texts are encoded with BOS in front by default
 * @param addEosToken whether texts are encoded with EOS behind by default
 * @param maxLength the longest text, in tokens, that the model was made for
 * @param chatTemplates Jinja templates for conversations by name; the usual one is called {@value
 *     #DEFAULT_TEMPLATE}
 */
public record TokenizerConfig(
    Optional<String> bosToken,
    Optional<String> eosToken,
    Optional<String> padToken,
    Optional<String> unkToken,
    boolean addBosToken,
    boolean addEosToken,
    OptionalInt maxLength,
    Map<String, String> chatTemplates) {

  /** The name of the chat template that is used if none is asked for. */
  public static final String DEFAULT_TEMPLATE = "default";

  /** Says nothing; the parts that tokens play are those the tokenizer knows. */
  public static final TokenizerConfig DEFAULT = builder().build();

  /** Checks the length and copies the map. */
  public TokenizerConfig {
    if (maxLength.isPresent() && maxLength.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "maxLength must be at least 1, got " + maxLength.getAsInt());
    }
    if (addBosToken && bosToken.isEmpty()) {
      throw new IllegalArgumentException("addBosToken is set, but there is no bosToken");
    }
    if (addEosToken && eosToken.isEmpty()) {
      throw new IllegalArgumentException("addEosToken is set, but there is no eosToken");
    }
    chatTemplates = Collections.unmodifiableMap(new LinkedHashMap<>(chatTemplates));
  }

  /**
   * Reads the files that are there in a tokenizer's directory: {@code tokenizer_config.json}, what
   * it leaves open from {@code special_tokens_map.json}, and {@code chat_template.jinja} instead of
   * a template in the first. Settings that change neither ids nor text are ignored, and so are
   * those of classes other than the tokenizer in {@code tokenizer.json}.
   *
   * @throws TokenizerFormatException if one of the files is damaged
   */
  public static TokenizerConfig read(Path directory) throws IOException {
    return new TokenizerConfigReader().read(directory);
  }

  /** Returns the usual chat template. */
  public Optional<String> chatTemplate() {
    return Optional.ofNullable(chatTemplates.get(DEFAULT_TEMPLATE));
  }

  /** Returns a builder for a configuration that says nothing at first. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that begins with this configuration. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.bosToken = bosToken;
    builder.eosToken = eosToken;
    builder.padToken = padToken;
    builder.unkToken = unkToken;
    builder.addBosToken = addBosToken;
    builder.addEosToken = addEosToken;
    builder.maxLength = maxLength;
    builder.chatTemplates.putAll(chatTemplates);
    return builder;
  }

  /** Puts a configuration together. */
  public static final class Builder {
    private Optional<String> bosToken = Optional.empty();
    private Optional<String> eosToken = Optional.empty();
    private Optional<String> padToken = Optional.empty();
    private Optional<String> unkToken = Optional.empty();
    private boolean addBosToken;
    private boolean addEosToken;
    private OptionalInt maxLength = OptionalInt.empty();
    private final Map<String, String> chatTemplates = new LinkedHashMap<>();

    private Builder() {}

    /** Sets the token that begins a document. */
    public Builder bosToken(String token) {
      bosToken = Optional.of(token);
      return this;
    }

    /** Sets the token that ends a document or an answer. */
    public Builder eosToken(String token) {
      eosToken = Optional.of(token);
      return this;
    }

    /** Sets the token that fills a batch. */
    public Builder padToken(String token) {
      padToken = Optional.of(token);
      return this;
    }

    /** Sets the token that stands for what the vocabulary cannot spell. */
    public Builder unkToken(String token) {
      unkToken = Optional.of(token);
      return this;
    }

    /** Sets whether texts are encoded with BOS in front by default. */
    public Builder addBosToken(boolean add) {
      addBosToken = add;
      return this;
    }

    /** Sets whether texts are encoded with EOS behind by default. */
    public Builder addEosToken(boolean add) {
      addEosToken = add;
      return this;
    }

    /** Sets the longest text, in tokens, that the model was made for. */
    public Builder maxLength(int tokens) {
      maxLength = OptionalInt.of(tokens);
      return this;
    }

    /** Sets the usual Jinja template for conversations. */
    public Builder chatTemplate(String template) {
      return chatTemplate(DEFAULT_TEMPLATE, template);
    }

    /** Sets a Jinja template for conversations of some kind. */
    public Builder chatTemplate(String name, String template) {
      chatTemplates.put(name, template);
      return this;
    }

    /**
     * Builds the configuration.
     *
     * @throws IllegalArgumentException if the length is not positive, or BOS or EOS is to be added
     *     and there is none
     */
    public TokenizerConfig build() {
      return new TokenizerConfig(
          bosToken,
          eosToken,
          padToken,
          unkToken,
          addBosToken,
          addEosToken,
          maxLength,
          chatTemplates);
    }
  }
}
