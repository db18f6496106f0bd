package io.github.maque.tokenizer;

import java.util.Locale;
import java.util.Objects;

/**
 * One turn of a conversation.
 *
 * @param role who speaks
 * @param content what is said, perhaps empty
 */
public record ChatMessage(Role role, String content) {

  /** Who speaks. */
  public enum Role {
    /** Whoever sets the scene, before the conversation starts. */
    SYSTEM,
    /** The person who asks. */
    USER,
    /** The model that answers. */
    ASSISTANT;

    /** Returns the role as conversations in JSON and chat templates spell it: {@code user}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the role spelled {@code label}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Role of(String label) {
      for (Role role : values()) {
        if (role.label().equals(label)) {
          return role;
        }
      }
      throw new IllegalArgumentException(
          "role must be system, user or assistant, got \"" + label + "\"");
    }
  }

  /** Checks that both parts are there. */
  public ChatMessage {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(content, "content");
  }

  /** Returns a message that sets the scene. */
  public static ChatMessage system(String content) {
    return new ChatMessage(Role.SYSTEM, content);
  }

  /** Returns a message of the person who asks. */
  public static ChatMessage user(String content) {
    return new ChatMessage(Role.USER, content);
  }

  /** Returns a message of the model. */
  public static ChatMessage assistant(String content) {
    return new ChatMessage(Role.ASSISTANT, content);
  }

  /**
   * Returns the user's message for a line of instruction data: the instruction and its input as one
   * block, the input on the next line, or the instruction alone where the input is blank.
   */
  public static ChatMessage instruction(String instruction, String input) {
    return user(input.isBlank() ? instruction : instruction + "\n" + input);
  }
}
