package io.github.maque.data.shard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a directory of shards holds: {@code manifest.json}, written last, so that a directory
 * without one is not finished.
 *
 * @param tokenizer the fingerprint of the tokenizer, as {@link
 *     io.github.maque.tokenizer.format.TokenizerFiles#fingerprint} gives it
 * @param vocabularySize one more than the largest id
 * @param tokenType how ids are stored
 * @param endOfDocument the id behind every document, if there is one
 * @param splits the shards of each split, such as {@code train} and {@code validation}, in order
 * @param preparation how the data were made, for people: sources, settings, what cleaning did
 */
public record Manifest(
    String tokenizer,
    int vocabularySize,
    TokenType tokenType,
    OptionalInt endOfDocument,
    Map<String, List<Shard>> splits,
    Map<String, Object> preparation) {
  /** The file's name. */
  public static final String FILE = "manifest.json";

  /**
   * Reads the manifest of {@code directory}.
   *
   * @throws java.nio.file.NoSuchFileException if there is none: it is no directory of shards, or
   *     its preparation was interrupted
   * @throws io.github.maque.data.MalformedDataException if it is not what it should be
   */
  public static Manifest read(Path directory) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Writes {@code manifest.json} into {@code directory}, as a whole or not at all. */
  public void write(Path directory) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns the shards of {@code split}.
   *
   * @throws IllegalArgumentException if there is no such split; the message names those there are
   */
  public List<Shard> shards(String split) {
    throw new UnsupportedOperationException();
  }
}
