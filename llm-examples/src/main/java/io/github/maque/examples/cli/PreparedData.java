package io.github.maque.examples.cli;

import io.github.maque.data.shard.Manifest;
import io.github.maque.data.shard.TokenDataset;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that names a directory of token shards. */
final class PreparedData {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A directory that maque data prepare has written.")
  private Path path = Path.of("");

  Path path() {
    return path;
  }

  /** Reads what the directory holds. */
  Manifest manifest() throws IOException {
    return Manifest.read(path);
  }

  /** Opens a split. */
  TokenDataset open(String split) throws IOException {
    return TokenDataset.open(path, split);
  }

  /**
   * Reads the tokenizer that made the data.
   *
   * @throws IOException if it is another one
   */
  Tokenizer load(Path tokenizerPath) throws IOException {
    Tokenizer tokenizer = TokenizerSource.load(tokenizerPath);
    Optional<String> problem = problem(tokenizer, tokenizerPath);
    if (problem.isPresent()) {
      throw new IOException(problem.get());
    }
    return tokenizer;
  }

  /** Returns what is wrong with a tokenizer, unless it is the one that made the data. */
  Optional<String> problem(Tokenizer tokenizer, Path tokenizerPath) throws IOException {
    String expected = manifest().tokenizer();
    String found = TokenizerFiles.fingerprint(tokenizer);
    return found.equals(expected)
        ? Optional.empty()
        : Optional.of(
            String.format(
                "%s: is not the tokenizer that made %s: its fingerprint is %s, expected %s",
                tokenizerPath, path, found, expected));
  }
}
