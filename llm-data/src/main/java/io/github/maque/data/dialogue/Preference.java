package io.github.maque.data.dialogue;

import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatMessage.Role;
import java.util.List;

/**
 * Two ways in which a conversation could go on, of which one is better.
 *
 * @param prompt a system message or none, then user and assistant in turn, the user first and last
 * @param chosen the better answer; assistant and user in turn where there is more to it than one
 *     message, the assistant first and last
 * @param rejected the worse answer, alike. Unlike all others its answers may be blank, as a model
 *     that knows nothing better writes them.
 */
public record Preference(
    List<ChatMessage> prompt, List<ChatMessage> chosen, List<ChatMessage> rejected) {

  /**
   * Copies the messages and checks their order.
   *
   * @throws IllegalArgumentException naming the message at fault, or if the two answers are the
   *     same
   */
  public Preference {
    prompt = List.copyOf(prompt);
    chosen = List.copyOf(chosen);
    rejected = List.copyOf(rejected);
    Turns.check("prompt", prompt, Role.USER, Role.USER);
    Turns.checkContents("prompt", prompt);
    Turns.check("chosen", chosen, Role.ASSISTANT, Role.ASSISTANT);
    Turns.checkContents("chosen", chosen);
    Turns.check("rejected", rejected, Role.ASSISTANT, Role.ASSISTANT);
    if (chosen.equals(rejected)) {
      throw new IllegalArgumentException("chosen and rejected must differ, they are the same");
    }
  }

  /** Returns the preference between two answers to one question. */
  public static Preference of(String question, String chosen, String rejected) {
    return new Preference(
        List.of(ChatMessage.user(question)),
        List.of(ChatMessage.assistant(chosen)),
        List.of(ChatMessage.assistant(rejected)));
  }

  /**
   * Returns the preference in the conversational form of TRL, as one line without a line feed:
   * {@code {"prompt":[…],"chosen":[…],"rejected":[…]}} with messages of {@code role} and {@code
   * content}. {@link DialogueFormats#preferences} reads it. Half a surrogate pair becomes U+FFFD.
   */
  public String toJson() {
    return new JsonLine()
        .field("prompt", prompt)
        .field("chosen", chosen)
        .field("rejected", rejected)
        .toString();
  }
}
