package io.github.maque.examples.align;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Which data of pre-training are mixed in.
 *
 * @param directory of token shards, as {@code maque data prepare} writes it; if empty, nothing is
 *     mixed in
 * @param share of all sequences, above 0 and below 1
 */
public record ReplaySettings(Optional<Path> directory, double share) {
  /** Checks the share. */
  public ReplaySettings {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "share must be greater than 0 and less than 1, got " + share);
    }
  }

  /** Nothing; if data are named, a tenth of the sequences. */
  public static ReplaySettings defaults() {
    return new ReplaySettings(Optional.empty(), 0.1);
  }
}
