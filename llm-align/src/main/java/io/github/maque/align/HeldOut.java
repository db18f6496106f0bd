package io.github.maque.align;

import io.github.maque.align.internal.Sha256;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatMessage.Role;
import java.util.List;

/**
 * Which conversations are held out: those whose first question has a hash below a share of all
 * hashes. Questions are on the same side whatever is answered, whatever the system message is, and
 * whatever other data there are; and a larger share holds out what a smaller one does. So whoever
 * knows the share knows what a model has not seen in fine-tuning or learning from preferences.
 *
 * <p>The hash is the first 53 bits of the SHA-256 of the question in UTF-8, without white space
 * around it. The algorithm is frozen: another one would bring what a model has seen into its
 * validation.
 *
 * @param share which share of all questions, from 0 to below 1
 */
public record HeldOut(double share) {
  /** Checks the share. */
  public HeldOut {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException(
          "heldOut must be at least 0 and less than 1, got " + share);
    }
  }

  /**
   * Returns whether a conversation, or a prompt, is held out.
   *
   * @throws IllegalArgumentException if no message is the user's
   */
  public boolean contains(List<ChatMessage> messages) {
    String question =
        messages.stream()
            .filter(message -> message.role() == Role.USER)
            .map(ChatMessage::content)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "messages must have one of the user's, got "
                            + messages.stream().map(message -> message.role().label()).toList()));
    // 53 bits, as many as a double holds exactly.
    return (new Sha256().add(question.strip()).bits() >>> 11) * 0x1.0p-53 < share;
  }
}
