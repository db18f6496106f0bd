package io.github.maque.examples.pretrain;

import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.format.AtomicFile;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The tokenizer beside the data that it made, so that whoever trains on them need not name it. It
 * is in a directory {@code tokenizer} of theirs; one in their own directory is found too.
 */
public final class DataTokenizer {
  private static final String DIRECTORY = "tokenizer";
  private static final String SENTENCE_PIECE = "tokenizer.model";

  private DataTokenizer() {}

  /**
   * Puts a tokenizer beside data.
   *
   * @param source the directory or file that it was read from
   * @return where it is
   */
  public static Path keep(Tokenizer tokenizer, Path source, Path data) throws IOException {
    Path directory = data.resolve(DIRECTORY);
    if (tokenizer instanceof BpeTokenizer bpe) {
      boolean hasConfig = Files.isDirectory(source) || source.toString().endsWith(".json");
      TokenizerFiles.save(
          bpe, directory, hasConfig ? TokenizerFiles.config(source) : TokenizerConfig.DEFAULT);
    } else {
      // What is no BPE is a model of SentencePiece's.
      Path model = Files.isDirectory(source) ? source.resolve(SENTENCE_PIECE) : source;
      Files.createDirectories(directory);
      AtomicFile.write(directory.resolve(SENTENCE_PIECE), out -> Files.copy(model, out));
    }
    return directory;
  }

  /** Returns where the tokenizer beside data is, if there is one. */
  static Path place(Path data) {
    Path directory = data.resolve(DIRECTORY);
    return Files.isDirectory(directory) ? directory : data;
  }
}
