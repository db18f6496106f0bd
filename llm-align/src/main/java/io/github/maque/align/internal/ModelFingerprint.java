package io.github.maque.align.internal;

import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;

/** What changes whenever a model may compute something else. */
public final class ModelFingerprint {
  private ModelFingerprint() {}

  /**
   * Returns a SHA-256, in hexadecimal, of a decoder's configuration, precision and weights,
   * low-rank updates among them, as they are now.
   *
   * @throws IllegalArgumentException if it has blocks of a user's, whose arithmetic is not known
   */
  public static String of(Decoder decoder) {
    if (decoder.hasCustomBlocks()) {
      throw new IllegalArgumentException(
          "a decoder with blocks of a user's cannot be told from others: compute without a cache");
    }
    MessageDigest digest = DigestUtils.getSha256Digest();
    digest.update(
        bytes(
            decoder.config()
                + "\n"
                + decoder.precision()
                + "\n"
                + decoder.lowRankUpdates().scale()));
    for (Map.Entry<String, Parameter> entry : decoder.allParametersByName().entrySet()) {
      digest.update(bytes(entry.getKey()));
      digest.update(entry.getValue().getArray().toByteBuffer());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
