package io.github.maque.model.generate;

import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Tokenizer;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Text from text: a {@link Generator} with the tokenizer in front of it and behind it.
 *
 * <pre>{@code
 * TextGenerator generator = TextGenerator.builder(session, tokenizer).build();
 * GenerationOptions options = GenerationOptions.builder().temperature(0.8).topK(50).build();
 * String story = generator.generate("从前，有一只麻雀，", options).text();
 * generator.stream("Once upon a time", options, out::print);
 * }</pre>
 *
 * <p>Every method throws what {@link Generator} does, and an {@link IllegalArgumentException} for a
 * prompt that has no tokens. The same rules hold for threads and for the session.
 */
public final class TextGenerator {
  private final Generator generator;
  private final Tokenizer tokenizer;
  private final @Nullable ChatTemplate chatTemplate;
  private final EncodeOptions encodeOptions;
  private final boolean stopsAtEos;

  private TextGenerator(Builder builder) {
    tokenizer = builder.tokenizer;
    chatTemplate = builder.chatTemplate;
    encodeOptions = builder.encodeOptions;
    stopsAtEos = builder.stopsAtEos;
    if (chatTemplate != null) {
      chatTemplate.checkVocabulary(tokenizer);
    }
    generator = new Generator(builder.session, tokenizer, builder.decodeOptions);
  }

  /**
   * Returns a builder.
   *
   * @param session the decoder; what its slots hold is lost, and it stays the caller's to close
   * @param tokenizer the tokenizer the decoder was trained with
   */
  public static Builder builder(DecodingSession session, Tokenizer tokenizer) {
    return new Builder(session, tokenizer);
  }

  /** Goes on from a prompt. */
  public Generation generate(String prompt, GenerationOptions options) {
    return stream(prompt, options, text -> {}, new Cancellation());
  }

  /** Goes on from a prompt and hands on the text as it comes, never empty. */
  public Generation stream(String prompt, GenerationOptions options, Consumer<String> text) {
    return stream(prompt, options, text, new Cancellation());
  }

  /**
   * Goes on from a prompt and hands on the text as it comes, never empty.
   *
   * @param cancellation ends it early; it is request 0 there
   */
  public Generation stream(
      String prompt, GenerationOptions options, Consumer<String> text, Cancellation cancellation) {
    return stream(request(prompt, options), text, cancellation);
  }

  /**
   * Goes on from many prompts, as many at once as the session has slots, and returns the results in
   * the same order, each the same as {@link #generate} gives for its prompt alone.
   */
  public List<Generation> generateAll(List<String> prompts, GenerationOptions options) {
    return generator.generateAll(prompts.stream().map(prompt -> request(prompt, options)).toList());
  }

  /**
   * Answers a conversation that ends with a message of the user's, up to the end of turn. The text
   * is as the model wrote it, with the white space around it, if any.
   *
   * @throws IllegalStateException if there is no chat template
   * @throws IllegalArgumentException also as {@link ChatTemplate#renderPrompt}
   */
  public Generation chat(List<ChatMessage> messages, GenerationOptions options) {
    return chat(messages, options, text -> {}, new Cancellation());
  }

  /**
   * Answers a conversation as {@link #chat(List, GenerationOptions)} does and hands on the text as
   * it comes, never empty.
   *
   * @param cancellation ends it early; it is request 0 there
   */
  public Generation chat(
      List<ChatMessage> messages,
      GenerationOptions options,
      Consumer<String> text,
      Cancellation cancellation) {
    return stream(chatRequest(messages, options), text, cancellation);
  }

  /**
   * Returns the request that {@link #generate} serves: the prompt encoded and EOS among the stop
   * ids. For {@link #generator}, where requests have options of their own.
   */
  public GenerationRequest request(String prompt, GenerationOptions options) {
    OptionalInt eos = stopsAtEos ? tokenizer.specialTokens().eos() : OptionalInt.empty();
    return new GenerationRequest(
        tokenizer.encode(prompt, encodeOptions),
        options.toBuilder().stopIds(eos.stream().toArray()).build());
  }

  /**
   * Returns the request that {@link #chat(List, GenerationOptions)} serves: the conversation laid
   * out and encoded, and the template's stop ids among the stop ids.
   *
   * @throws IllegalStateException if there is no chat template
   * @throws IllegalArgumentException as {@link ChatTemplate#renderPrompt}
   */
  public GenerationRequest chatRequest(List<ChatMessage> messages, GenerationOptions options) {
    if (chatTemplate == null) {
      throw new IllegalStateException("the text generator was built without a chat template");
    }
    return new GenerationRequest(
        chatTemplate.encodePrompt(tokenizer, messages).ids(),
        options.toBuilder().stopIds(chatTemplate.stopIds(tokenizer)).build());
  }

  /** Returns the generator behind this one. */
  public Generator generator() {
    return generator;
  }

  private Generation stream(
      GenerationRequest request, Consumer<String> text, Cancellation cancellation) {
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void text(int index, String part) {
            text.accept(part);
          }
        };
    return generator.generateAll(List.of(request), listener, cancellation).get(0);
  }

  /** Puts a text generator together. */
  public static final class Builder {
    private final DecodingSession session;
    private final Tokenizer tokenizer;
    private @Nullable ChatTemplate chatTemplate;
    private EncodeOptions encodeOptions = EncodeOptions.TEXT;
    private DecodeOptions decodeOptions = DecodeOptions.SKIP_SPECIAL_TOKENS;
    private boolean stopsAtEos = true;

    private Builder(DecodingSession session, Tokenizer tokenizer) {
      this.session = session;
      this.tokenizer = tokenizer;
    }

    /** Sets how conversations are laid out. */
    public Builder chatTemplate(ChatTemplate template) {
      chatTemplate = template;
      return this;
    }

    /**
     * Sets how prompts that are no conversations are encoded: whether they may spell special
     * tokens, and whether BOS stands in front. At first {@link EncodeOptions#TEXT}, neither.
     */
    public Builder encodeOptions(EncodeOptions options) {
      encodeOptions = options;
      return this;
    }

    /**
     * Sets how special tokens are written in the text. At first {@link
     * DecodeOptions#SKIP_SPECIAL_TOKENS}, not at all.
     */
    public Builder decodeOptions(DecodeOptions options) {
      decodeOptions = options;
      return this;
    }

    /**
     * Sets whether the tokenizer's EOS, if it has one, ends the text behind a prompt that is no
     * conversation. At first it does. The answer in a conversation always ends with it.
     */
    public Builder stopsAtEos(boolean stops) {
      stopsAtEos = stops;
      return this;
    }

    /**
     * Returns the text generator.
     *
     * @throws IllegalArgumentException if the tokenizer has more ids than the decoder, or lacks
     *     special tokens of the chat template
     */
    public TextGenerator build() {
      return new TextGenerator(this);
    }
  }
}
