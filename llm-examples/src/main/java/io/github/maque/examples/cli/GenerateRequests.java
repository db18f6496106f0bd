package io.github.maque.examples.cli;

import io.github.maque.examples.model.ModelSource;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.generate.GenerationRequest;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Turns prompts into ids, as texts to go on from or as messages to answer. */
final class GenerateRequests {
  private final Tokenizer tokenizer;
  private final EncodeOptions encodeOptions;
  private final @Nullable ChatTemplate chatTemplate;
  private final @Nullable String system;

  private GenerateRequests(
      ModelSource model, @Nullable ChatTemplate chatTemplate, @Nullable String system) {
    tokenizer = model.tokenizer().orElseThrow();
    encodeOptions = EncodeOptions.TEXT.withBos(model.tokenizerConfig().addBosToken());
    this.chatTemplate = chatTemplate;
    this.system = system;
  }

  /** Returns what makes requests of texts, with BOS in front where the model has it there. */
  static GenerateRequests text(ModelSource model) {
    return new GenerateRequests(model, null, null);
  }

  /**
   * Returns what makes requests of a user's messages.
   *
   * @param system what is said before the message, if anything
   */
  static GenerateRequests chat(ModelSource model, ChatTemplate template, @Nullable String system) {
    return new GenerateRequests(model, template, system);
  }

  /**
   * Returns the request for a prompt, with the ids that end the text among the stop ids. In front
   * of an empty one stands what texts begin with: BOS, or else the EOS of the text before.
   */
  GenerationRequest of(String prompt, GenerationOptions options) {
    if (chatTemplate != null) {
      List<ChatMessage> messages = new ArrayList<>();
      if (system != null) {
        messages.add(ChatMessage.system(system));
      }
      messages.add(ChatMessage.user(prompt));
      return new GenerationRequest(
          chatTemplate.encodePrompt(tokenizer, messages).ids(),
          options.toBuilder().stopIds(chatTemplate.stopIds(tokenizer)).build());
    }
    OptionalInt eos = tokenizer.specialTokens().eos();
    int[] ids = tokenizer.encode(prompt, encodeOptions);
    if (ids.length == 0) {
      OptionalInt bos = tokenizer.specialTokens().bos();
      ids = (bos.isPresent() ? bos : eos).stream().toArray();
    }
    if (ids.length == 0) {
      throw new IllegalArgumentException(
          "the prompt is empty, and the tokenizer has no token that texts begin with");
    }
    return new GenerationRequest(ids, options.toBuilder().stopIds(eos.stream().toArray()).build());
  }
}
