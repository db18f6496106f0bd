package io.github.maque.align.internal;

import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.ChatMessage.Role;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Which conversations are held out: those whose first question has a hash below a share of all
 * hashes. Questions are on the same side whatever is answered, whatever the system message is, and
 * whatever other data there are; and a larger share holds out what a smaller one does. The
 * algorithm is frozen: another one would bring what a model has seen into its validation.
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

  /** Returns whether a conversation is held out, of which some message is the user's. */
  public boolean contains(List<ChatMessage> messages) {
    String question =
        messages.stream()
            .filter(message -> message.role() == Role.USER)
            .map(ChatMessage::content)
            .findFirst()
            .orElseThrow();
    // 53 bits, as many as a double holds exactly.
    return (hash(question.strip()) >>> 11) * 0x1.0p-53 < share;
  }

  /** Returns the first 8 bytes of the SHA-256 of a text in UTF-8. */
  private static long hash(String text) {
    try {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(utf8)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
