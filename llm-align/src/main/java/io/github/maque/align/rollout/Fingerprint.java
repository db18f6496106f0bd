package io.github.maque.align.rollout;

import io.github.maque.align.internal.Sha256;
import io.github.maque.tokenizer.ChatMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The SHA-256 of parts, each with its length before it, so that no two lists of parts are the same
 * bytes. What seeds and cache keys are made of: never to change under one name.
 */
final class Fingerprint {
  private final Sha256 digest = new Sha256();

  /** Begins with what the parts are parts of, and its version. */
  Fingerprint(String name) {
    add(name);
  }

  Fingerprint add(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    add(utf8.length);
    digest.add(ByteBuffer.wrap(utf8));
    return this;
  }

  Fingerprint add(long number) {
    digest.add(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
    return this;
  }

  Fingerprint add(List<ChatMessage> messages) {
    add(messages.size());
    for (ChatMessage message : messages) {
      add(message.role().label()).add(message.content());
    }
    return this;
  }

  /** Returns 64 hexadecimal digits. Nothing can be added any more. */
  String hex() {
    return digest.hex();
  }

  /** Returns the first 64 bits. Nothing can be added any more. */
  long bits() {
    return digest.bits();
  }
}
