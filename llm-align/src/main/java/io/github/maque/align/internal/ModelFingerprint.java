package io.github.maque.align.internal;

import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import java.util.Map;

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
    Sha256 digest =
        new Sha256()
            .add(
                decoder.config()
                    + "\n"
                    + decoder.precision()
                    + "\n"
                    + decoder.projections().updates().scale());
    for (Map.Entry<String, Parameter> entry : decoder.allParametersByName().entrySet()) {
      digest.add(entry.getKey()).add(entry.getValue().getArray().toByteBuffer(true));
    }
    return digest.hex();
  }
}
