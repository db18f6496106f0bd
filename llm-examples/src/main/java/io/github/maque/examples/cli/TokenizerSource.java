package io.github.maque.examples.cli;

import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names a tokenizer. */
final class TokenizerSource {
  @Option(
      names = "--tokenizer",
      required = true,
      paramLabel = "DIR|FILE",
      description = "A directory with tokenizer.json, or a .json, .tiktoken or .model file.")
  private Path path = Path.of("");

  /** Reads the tokenizer. */
  Tokenizer load() throws IOException {
    return load(path);
  }

  /** Reads a tokenizer that was named otherwise. */
  static Tokenizer load(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(
          path.toString(), null, "expected a tokenizer's directory or file");
    }
    return TokenizerFiles.load(path);
  }

  Path path() {
    return path;
  }
}
