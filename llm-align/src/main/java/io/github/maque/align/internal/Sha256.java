package io.github.maque.align.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.codec.digest.DigestUtils;

/** The SHA-256 of parts behind each other. Nothing can be added once it was asked for. */
public final class Sha256 {
  private final MessageDigest digest = DigestUtils.getSha256Digest();

  /** Adds a text in UTF-8. */
  public Sha256 add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** Adds what a buffer has left. */
  public Sha256 add(ByteBuffer bytes) {
    digest.update(bytes);
    return this;
  }

  /** Returns 64 hexadecimal digits. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Returns the first 64 bits. */
  public long bits() {
    return ByteBuffer.wrap(digest.digest()).getLong();
  }
}
