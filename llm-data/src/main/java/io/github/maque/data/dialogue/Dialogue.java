package io.github.maque.data.dialogue;

import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatMessage.Role;
import java.util.List;

/**
 * A conversation to learn from: a system message or none, then user and assistant in turn, the user
 * first and the assistant last.
 *
 * @param messages who says what; only the system message may be blank
 */
public record Dialogue(List<ChatMessage> messages) {

  /**
   * Copies the messages and checks their order.
   *
   * @throws IllegalArgumentException naming the message at fault
   */
  public Dialogue {
    messages = List.copyOf(messages);
    Turns.check("messages", messages, Role.USER, Role.ASSISTANT);
    Turns.checkContents("messages", messages);
  }

  /** Returns the conversation of one question and its answer. */
  public static Dialogue of(String question, String answer) {
    return new Dialogue(List.of(ChatMessage.user(question), ChatMessage.assistant(answer)));
  }

  /** Returns how many of the messages are the assistant's. */
  public int answers() {
    return Turns.answers(messages);
  }

  /**
   * Returns the conversation in OpenAI's form, as one line without a line feed: {@code
   * {"messages":[{"role":"user","content":"…"},…]}}. {@link DialogueFormats#dialogues} reads it.
   * Half a surrogate pair becomes U+FFFD.
   */
  public String toJson() {
    return new JsonLine().field("messages", messages).toString();
  }
}
