package io.github.maque.examples.cli;

import io.github.maque.examples.Unfinished;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.TiktokenFile;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory a tokenizer is written to. It may hold a model too, whose files stay; files of a
 * tokenizer that was there before do not.
 */
final class TokenizerDirectory {
  private static final String MAIN = "tokenizer.json";
  private static final String TIKTOKEN = "tokenizer.tiktoken";
  private static final String SENTENCE_PIECE = "tokenizer.model";

  /** Every file that speaks of the tokenizer, ours and those of other tools. */
  private static final Set<String> FILES =
      Set.of(
          MAIN,
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "chat_template.jinja",
          "vocab.json",
          "merges.txt",
          TIKTOKEN,
          SENTENCE_PIECE);

  private final Path directory;

  /** Formats besides {@code tokenizer.json}. */
  enum Format {
    TIKTOKEN,
    SENTENCEPIECE;

    boolean holds(TokenizerTrain.Kind kind) {
      return kind == (this == TIKTOKEN ? TokenizerTrain.Kind.BYTE : TokenizerTrain.Kind.CHAR);
    }

    String option() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private TokenizerDirectory(Path directory) {
    this.directory = directory;
  }

  /**
   * Checks that a tokenizer can be written to {@code directory}, before the work on it begins.
   *
   * @param force whether it may be among files that are no tokenizer's
   */
  static TokenizerDirectory prepare(Path directory, boolean force) throws IOException {
    if (Files.exists(directory)) {
      if (!Files.isDirectory(directory)) {
        throw new IOException(directory + ": is a file, expected a directory to write");
      }
      if (!force && !isEmpty(directory) && !holdsTokenizer(directory)) {
        throw new IOException(
            directory + ": holds files but no tokenizer, expected another directory or --force");
      }
    }
    Path existing = directory.toAbsolutePath();
    while (!Files.exists(existing)) {
      existing = existing.resolveSibling("..").normalize();
    }
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      throw new IOException(directory + ": cannot be created in " + existing);
    }
    return new TokenizerDirectory(directory);
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  private static boolean holdsTokenizer(Path directory) {
    return FILES.stream().anyMatch(file -> Files.exists(directory.resolve(file)));
  }

  /**
   * Writes the files. They are written beside the directory and then moved into it: one that was
   * not there appears as a whole, one that was gets file by file.
   *
   * @return the files
   */
  List<Path> write(BpeTokenizer tokenizer, TokenizerConfig config, List<Format> also)
      throws IOException {
    Path absolute = directory.toAbsolutePath().normalize();
    Files.createDirectories(absolute.resolveSibling("."));
    Path unfinished = Unfinished.beside(absolute);
    try {
      Files.createDirectory(unfinished);
      TokenizerFiles.save(tokenizer, unfinished, config);
      if (also.contains(Format.TIKTOKEN)) {
        TiktokenFile.write(tokenizer, unfinished.resolve(TIKTOKEN));
      }
      if (also.contains(Format.SENTENCEPIECE)) {
        SentencePieceModel.of(tokenizer).write(unfinished.resolve(SENTENCE_PIECE));
      }
      List<String> names = names(unfinished);
      publish(unfinished, absolute, names);
      return names.stream().map(directory::resolve).toList();
    } finally {
      Unfinished.delete(unfinished);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void publish(Path from, Path to, List<String> names) throws IOException {
    if (!Files.exists(to)) {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    // While files change, there is no main one to load.
    List<String> order = new ArrayList<>(names);
    order.remove(MAIN);
    order.add(MAIN);
    Files.deleteIfExists(to.resolve(MAIN));
    for (String stale : FILES) {
      if (!names.contains(stale)) {
        Files.deleteIfExists(to.resolve(stale));
      }
    }
    for (String name : order) {
      Files.move(from.resolve(name), to.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
