package io.github.maque.examples.cli;

import io.github.maque.model.generate.GenerationRequest;
import io.github.maque.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What has been said, as far as a model is still told of it. */
final class ChatConversation {
  private final @Nullable String system;
  private final List<Turn> turns = new ArrayList<>();

  private record Turn(String message, String answer) {}

  /**
   * What a model is given.
   *
   * @param forgotten how many of the oldest turns were left out to make room, for good
   */
  record Prompt(GenerationRequest request, int forgotten) {}

  /**
   * Creates a conversation in which nothing was said yet.
   *
   * @param system the message that sets the scene, if there is one
   */
  ChatConversation(@Nullable String system) {
    this.system = system;
  }

  /**
   * Returns what a model is given to answer a message. An answer is to have room for as many tokens
   * as it may have, or at least for a quarter of the context: the oldest turns are forgotten as
   * long as it has not. The message alone may take more.
   *
   * @return nothing if the message alone leaves no room for an answer
   */
  Optional<Prompt> prompt(ChatSession model, String message, long seed) {
    int context = model.contextLength();
    int room = Math.min(model.maxNewTokens(), context / 4);
    int forgotten = model.chats() ? 0 : turns.size();
    GenerationRequest request = model.request(messages(forgotten, message), seed);
    while (request.prompt().length > context - room && forgotten < turns.size()) {
      request = model.request(messages(++forgotten, message), seed);
    }
    if (request.prompt().length >= context) {
      return Optional.empty();
    }
    if (!model.chats()) {
      return Optional.of(new Prompt(request, 0));
    }
    turns.subList(0, forgotten).clear();
    return Optional.of(new Prompt(request, forgotten));
  }

  private List<ChatMessage> messages(int forgotten, String message) {
    List<ChatMessage> messages = new ArrayList<>();
    if (system != null) {
      messages.add(ChatMessage.system(system));
    }
    for (Turn turn : turns.subList(forgotten, turns.size())) {
      messages.add(ChatMessage.user(turn.message()));
      messages.add(ChatMessage.assistant(turn.answer()));
    }
    messages.add(ChatMessage.user(message));
    return messages;
  }

  /** Remembers a message and its answer. */
  void add(String message, String answer) {
    turns.add(new Turn(message, answer));
  }

  /** Forgets all but the scene. */
  void reset() {
    turns.clear();
  }
}
