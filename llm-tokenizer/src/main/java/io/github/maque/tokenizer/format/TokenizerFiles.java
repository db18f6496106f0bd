package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tokenizers in files and directories, whatever their format.
 *
 * <pre>{@code
 * TokenizerFiles.save(tokenizer, directory, TokenizerConfig.DEFAULT);
 * Tokenizer same = TokenizerFiles.load(directory);
 * }</pre>
 */
public final class TokenizerFiles {
  private static final String TOKENIZER = "tokenizer.json";

  private static final int MAX_ATTEMPTS = 20;

  private static final Map<String, TiktokenEncoding> ENCODINGS =
      Map.of(
          "cl100k_base.tiktoken", TiktokenEncoding.CL100K_BASE,
          "o200k_base.tiktoken", TiktokenEncoding.O200K_BASE);

  private TokenizerFiles() {}

  /**
   * Loads a tokenizer.
   *
   * @param path a {@code tokenizer.json}, {@code .tiktoken} or SentencePiece {@code .model} file,
   *     or a directory with one of them, looked for in this order. Beside a {@code tokenizer.json}
   *     its {@linkplain TokenizerConfig configuration} is read too.
   * @throws TokenizerFormatException if a file is damaged or holds what pure Java does not support
   * @throws FileNotFoundException if there is no tokenizer in the directory
   * @throws NoSuchFileException if there is no such file
   */
  public static Tokenizer load(Path path) throws IOException {
    Path file = Files.isDirectory(path) ? find(path) : path;
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".json")) {
      return loadJson(file);
    }
    if (name.endsWith(".tiktoken")) {
      TiktokenEncoding encoding = ENCODINGS.get(name);
      if (encoding == null) {
        throw new TokenizerFormatException(
            file.toString(),
            "file name",
            "is not that of a known encoding, and how text is split is not in the file: use"
                + " TiktokenFile.read with a TiktokenEncoding");
      }
      return TiktokenFile.read(file, encoding);
    }
    if (name.endsWith(".model")) {
      return SentencePieceModel.read(file).toTokenizer();
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    throw new TokenizerFormatException(
        file.toString(), "file name", "ends neither in .json nor in .tiktoken nor in .model");
  }

  /**
   * Reads again if the file was replaced meanwhile: {@link #save} takes it away before it changes
   * the files beside it, and puts it there last.
   */
  private static Tokenizer loadJson(Path file) throws IOException {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      Version before = Version.of(file);
      Tokenizer tokenizer = TokenizerJson.read(file, TokenizerConfig.read(directoryOf(file)));
      if (Version.of(file).equals(before)) {
        return tokenizer;
      }
    }
    throw new IOException(file + ": the file keeps changing");
  }

  /** What tells a file from one that took its place; a file system may not have keys. */
  private record Version(@Nullable Object key, FileTime modified, long size) {
    static Version of(Path file) throws IOException {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Version(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
    }
  }

  /**
   * Reads what the files beside a tokenizer say about it; what its {@code tokenizer.json} puts
   * around texts by default counts as said.
   *
   * @param path a {@code tokenizer.json} or its directory
   * @throws TokenizerFormatException if one of the files is damaged
   */
  public static TokenizerConfig config(Path path) throws IOException {
    Path directory = Files.isDirectory(path) ? path : directoryOf(path);
    TokenizerConfig config = TokenizerConfig.read(directory);
    Path tokenizer = Files.isDirectory(path) ? path.resolve(TOKENIZER) : path;
    if (!Files.exists(tokenizer)) {
      return config;
    }
    return JsonSource.read(tokenizer, json -> TokenizerJsonReader.readTemplate(json, config));
  }

  /**
   * Saves a tokenizer as {@code tokenizer.json}, {@code tokenizer_config.json} and {@code
   * special_tokens_map.json}, which is what Hugging Face's libraries read. A tokenizer that was
   * there before is replaced. At no moment is there a {@code tokenizer.json} to load while its
   * files are only partly those of one tokenizer.
   *
   * @param tokenizer the tokenizer
   * @param directory where to; it is made if it does not exist
   * @param config which tokens play which part; where it says nothing, as the tokenizer has it
   * @throws IllegalArgumentException if the format cannot express the tokenizer, or the
   *     configuration names a token that it does not have
   */
  public static void save(BpeTokenizer tokenizer, Path directory, TokenizerConfig config)
      throws IOException {
    TokenizerConfig complete = complete(config, tokenizer);
    byte[] json = TokenizerJson.write(tokenizer, complete).getBytes(StandardCharsets.UTF_8);
    Files.createDirectories(directory);
    try (FileSet files = new FileSet(directory, TOKENIZER)) {
      files.prepare(TokenizerConfigReader.CONFIG, utf8(TokenizerConfigWriter.config(complete)));
      files.prepare(
          TokenizerConfigReader.SPECIAL_TOKENS,
          utf8(TokenizerConfigWriter.specialTokens(complete)));
      files.prepare(TOKENIZER, json);
      files.publish();
    }
  }

  /**
   * Returns 64 hexadecimal digits that are the same for tokenizers which give the same ids by the
   * same means, whatever file they came from, and different for others: the SHA-256 of all that
   * decides ids. Kept beside encoded data, it tells whether a tokenizer is the one that made it.
   *
   * <p>Of a tokenizer that is no {@link BpeTokenizer} only the interface can be asked: its
   * fingerprint is made from the size of the vocabulary, the bytes of every piece, and the special
   * tokens. That is all that decides what ids mean; but two such tokenizers have the same
   * fingerprint, too, if they split or normalise text differently and so choose different ids. A
   * {@code BpeTokenizer} never shares a fingerprint with another kind, even with the same pieces.
   *
   * @throws IllegalArgumentException if a {@code BpeTokenizer} splits or normalises text in a way
   *     of its own, which no file could express
   */
  public static String fingerprint(Tokenizer tokenizer) {
    return tokenizer instanceof BpeTokenizer bpe
        ? new TokenizerFingerprint(bpe).compute()
        : InterfaceFingerprint.compute(tokenizer);
  }

  private static Path find(Path directory) throws IOException {
    Path json = directory.resolve(TOKENIZER);
    if (Files.exists(json)) {
      return json;
    }
    for (String extension : List.of(".tiktoken", ".model")) {
      List<Path> files = new ArrayList<>();
      try (Stream<Path> entries = Files.list(directory)) {
        entries
            .filter(entry -> entry.toString().toLowerCase(Locale.ROOT).endsWith(extension))
            .filter(Files::isRegularFile)
            .forEach(files::add);
      }
      if (files.contains(directory.resolve("tokenizer.model"))) {
        return directory.resolve("tokenizer.model");
      }
      if (files.size() > 1) {
        throw new FileNotFoundException(
            directory + ": there are several " + extension + " files, name one of them");
      }
      if (files.size() == 1) {
        return files.get(0);
      }
    }
    throw new FileNotFoundException(
        directory + ": there is no tokenizer.json, .tiktoken or .model file in it");
  }

  private static Path directoryOf(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  private static TokenizerConfig complete(TokenizerConfig config, BpeTokenizer tokenizer) {
    TokenizerConfig.Builder builder = config.toBuilder();
    token(tokenizer, "bosToken", config.bosToken(), tokenizer.specialTokens().bos())
        .ifPresent(builder::bosToken);
    token(tokenizer, "eosToken", config.eosToken(), tokenizer.specialTokens().eos())
        .ifPresent(builder::eosToken);
    token(tokenizer, "padToken", config.padToken(), tokenizer.specialTokens().pad())
        .ifPresent(builder::padToken);
    token(tokenizer, "unkToken", config.unkToken(), tokenizer.specialTokens().unk())
        .ifPresent(builder::unkToken);
    return builder.build();
  }

  private static Optional<String> token(
      BpeTokenizer tokenizer, String role, Optional<String> named, OptionalInt id) {
    if (named.isPresent()) {
      if (tokenizer.addedTokens().stream().noneMatch(t -> t.content().equals(named.get()))) {
        throw new IllegalArgumentException(
            role + " is \"" + Excerpt.of(named.get()) + "\", which is no added token");
      }
      return named;
    }
    return tokenizer.addedTokens().stream()
        .filter(token -> id.isPresent() && token.id() == id.getAsInt())
        .map(AddedToken::content)
        .findFirst();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Files that belong together, of which the last one prepared is looked for first. */
  private static final class FileSet implements AutoCloseable {
    private final Path directory;
    private final Path main;
    private final List<Path> prepared = new ArrayList<>();
    private final List<Path> places = new ArrayList<>();

    FileSet(Path directory, String main) {
      this.directory = directory;
      this.main = directory.resolve(main);
    }

    void prepare(String name, byte[] content) throws IOException {
      Path place = directory.resolve(name);
      boolean unchanged =
          !place.equals(main)
              && Files.isRegularFile(place)
              && Files.size(place) == content.length
              && Arrays.equals(Files.readAllBytes(place), content);
      if (!unchanged) {
        prepared.add(AtomicFile.prepare(place, out -> out.write(content)));
        places.add(place);
      }
    }

    /** Puts the files in their places. While more than one changes, the main one is not there. */
    void publish() throws IOException {
      if (prepared.size() > 1) {
        Files.deleteIfExists(main);
        AtomicFile.syncDirectory(directory);
      }
      for (int i = 0; i < prepared.size(); i++) {
        AtomicFile.publish(prepared.get(i), places.get(i));
      }
    }

    @Override
    public void close() throws IOException {
      for (Path file : prepared) {
        Files.deleteIfExists(file);
      }
    }
  }
}
