package io.github.maque.examples.pretrain;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a model is trained on.
 *
 * @param directory of token shards, as {@code maque data prepare} writes it
 * @param tokenizer a directory or file with the tokenizer that made the data; if empty, it must lie
 *     with the data, where {@code maque data prepare} puts it
 * @param sequenceLength how many tokens a sequence has; if empty, as many as the model's context
 * @param documentMask whether a token sees its own document only, and not what happens to stand
 *     before it in the sequence
 */
public record DataSettings(
    Optional<Path> directory,
    Optional<Path> tokenizer,
    OptionalInt sequenceLength,
    boolean documentMask) {
  /** Checks the length. */
  public DataSettings {
    if (sequenceLength.orElse(1) < 1) {
      throw new IllegalArgumentException(
          "sequenceLength must be at least 1, got " + sequenceLength.getAsInt());
    }
  }

  /** No directory, and sequences as long as the context, without a document mask. */
  public static DataSettings defaults() {
    return new DataSettings(Optional.empty(), Optional.empty(), OptionalInt.empty(), false);
  }
}
