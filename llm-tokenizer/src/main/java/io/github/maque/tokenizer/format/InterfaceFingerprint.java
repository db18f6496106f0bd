package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.SpecialTokens;
import io.github.maque.tokenizer.Tokenizer;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Computes what {@link TokenizerFiles#fingerprint} gives for a tokenizer that is known by its
 * interface alone: what its ids stand for, but not how it finds them. What is digested, and in
 * which order, is version 1 and never changes: fingerprints are kept beside data.
 */
final class InterfaceFingerprint {
  private static final String VERSION = "maque tokenizer interface 1";

  private InterfaceFingerprint() {}

  static String compute(Tokenizer tokenizer) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
    try (DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(
                new DigestOutputStream(OutputStream.nullOutputStream(), digest)))) {
      write(tokenizer, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void write(Tokenizer tokenizer, DataOutputStream out) throws IOException {
    writeBytes(VERSION.getBytes(StandardCharsets.UTF_8), out);
    out.writeInt(tokenizer.vocabularySize());
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      writeBytes(tokenizer.pieceBytes(id), out);
    }
    SpecialTokens specials = tokenizer.specialTokens();
    out.writeInt(specials.ids().size());
    for (Map.Entry<String, Integer> special : specials.ids().entrySet()) {
      writeBytes(special.getKey().getBytes(StandardCharsets.UTF_8), out);
      out.writeInt(special.getValue());
    }
    writePart(specials.bos(), out);
    writePart(specials.eos(), out);
    writePart(specials.pad(), out);
    writePart(specials.unk(), out);
  }

  private static void writePart(OptionalInt id, DataOutputStream out) throws IOException {
    out.writeInt(id.orElse(-1));
  }

  private static void writeBytes(byte[] bytes, DataOutputStream out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
