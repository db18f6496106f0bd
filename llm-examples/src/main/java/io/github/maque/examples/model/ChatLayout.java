package io.github.maque.examples.model;

import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How conversations are laid out: the chat templates that have names, and which of them a model's
 * files mean. Files have them in Jinja, which this library writes and does not run.
 */
public enum ChatLayout {
  /** There are no conversations. */
  NONE,
  /** As OpenAI and Qwen have it, with {@code <|im_start|>} and {@code <|im_end|>}. */
  CHATML,
  /** As Llama 2 has it. */
  LLAMA2,
  /** As Llama 3 has it. */
  LLAMA3,
  /** Alpaca's instruction and response. */
  INSTRUCTION,
  /** The order for a story and the story, without tokens of its own. */
  STORY;

  /** Stands where a template has the token that ends a turn; no vocabulary has it. */
  private static final String END = "\u0000";

  /** Returns the template with a token that ends a turn where it has none of its own for that. */
  public Optional<ChatTemplate> withEndOfTurn(String token) {
    return switch (this) {
      case NONE -> Optional.empty();
      case CHATML -> Optional.of(ChatTemplate.chatMl());
      case LLAMA2 -> Optional.of(ChatTemplate.llama2());
      case LLAMA3 -> Optional.of(ChatTemplate.llama3());
      case INSTRUCTION -> Optional.of(ChatTemplate.instruction(token));
      case STORY -> Optional.of(ChatTemplate.story(token));
    };
  }

  /**
   * Returns a template for a vocabulary, whose EOS ends a turn unless the layout has a token of its
   * own for that.
   *
   * @throws IllegalArgumentException if the vocabulary lacks a token that the layout needs
   */
  public Optional<ChatTemplate> template(Tokenizer tokenizer) {
    Optional<ChatTemplate> template = withEndOfTurn(endOfText(tokenizer).orElse(END));
    template.ifPresent(
        layout -> {
          if (layout.specialTokens().contains(END)) {
            throw new IllegalArgumentException(
                "the chat template " + this + " needs a tokenizer with an EOS token");
          }
          layout.checkVocabulary(tokenizer);
        });
    return template;
  }

  /**
   * Returns the template to talk to a model with.
   *
   * @param name the one that was asked for; if none was, the model's own
   * @throws IllegalArgumentException if the model has none, or one that is not known
   */
  public static ChatTemplate chosen(@Nullable ChatLayout name, ModelSource model) {
    Tokenizer tokenizer = model.tokenizer().orElseThrow();
    if (name != null) {
      return name.template(tokenizer).orElseThrow();
    }
    String jinja =
        model
            .tokenizerConfig()
            .chatTemplate()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the model has no chat template; --chat-template names one"));
    return of(jinja, tokenizer)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the model's chat template is "
                        + describe(jinja)
                        + "; --chat-template names the one that is most like it"));
  }

  /** Returns the template that is written as {@code jinja}, if it is one of those with names. */
  public static Optional<ChatTemplate> of(String jinja, Tokenizer tokenizer) {
    return Stream.of(values())
        .flatMap(
            name ->
                tokenizer.specialTokens().ids().keySet().stream()
                    .flatMap(end -> name.withEndOfTurn(end).stream()))
        .filter(template -> template.jinja().equals(jinja.strip()))
        .findFirst();
  }

  /** Says for people what a template in Jinja is. */
  public static String describe(String jinja) {
    for (ChatLayout name : values()) {
      Optional<ChatTemplate> template = name.withEndOfTurn(END);
      if (template.isPresent() && matches(template.get(), jinja.strip())) {
        return name.toString();
      }
    }
    return String.format(Locale.ROOT, "one of its own, %,d characters of Jinja", jinja.length());
  }

  private static boolean matches(ChatTemplate template, String jinja) {
    List<String> parts = List.of(template.jinja().split(END, -1));
    return jinja.startsWith(parts.get(0)) && jinja.endsWith(parts.get(parts.size() - 1));
  }

  private static Optional<String> endOfText(Tokenizer tokenizer) {
    int eos = tokenizer.specialTokens().eos().orElse(-1);
    return tokenizer.specialTokens().ids().entrySet().stream()
        .filter(token -> token.getValue() == eos)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Returns the name as options and configurations have it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
