package io.github.maque.data.dialogue;

import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatMessage.Role;
import java.util.List;

/** What must hold for the messages of a conversation or of a part of one. */
final class Turns {
  private Turns() {}

  /**
   * Checks that user and assistant speak in turn, behind a system message or none where the user
   * begins.
   *
   * @param name what the messages are called, for the reader of the error
   */
  static void check(String name, List<ChatMessage> messages, Role first, Role last) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException(name + " must not be empty");
    }
    int start = first == Role.USER && messages.get(0).role() == Role.SYSTEM ? 1 : 0;
    if (start == messages.size()) {
      throw new IllegalArgumentException(
          name + "[0]: a user message must follow the system message");
    }
    Role expected = first;
    for (int i = start; i < messages.size(); i++) {
      Role role = messages.get(i).role();
      if (role != expected) {
        throw new IllegalArgumentException(
            name + "[" + i + "]: role must be " + expected.label() + ", got " + role.label());
      }
      expected = role == Role.USER ? Role.ASSISTANT : Role.USER;
    }
    int end = messages.size() - 1;
    if (messages.get(end).role() != last) {
      throw new IllegalArgumentException(
          name
              + "["
              + end
              + "]: the last role must be "
              + last.label()
              + ", got "
              + messages.get(end).role().label());
    }
  }

  /** Checks that user and assistant say something. */
  static void checkContents(String name, List<ChatMessage> messages) {
    for (int i = 0; i < messages.size(); i++) {
      ChatMessage message = messages.get(i);
      if (message.role() != Role.SYSTEM && message.content().isBlank()) {
        throw new IllegalArgumentException(
            name + "[" + i + "]: what the " + message.role().label() + " says must not be blank");
      }
    }
  }

  static int answers(List<ChatMessage> messages) {
    return (int) messages.stream().filter(message -> message.role() == Role.ASSISTANT).count();
  }
}
