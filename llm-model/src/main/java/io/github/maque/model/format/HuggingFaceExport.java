package io.github.maque.model.format;

import com.google.gson.JsonObject;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.format.AtomicFile;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import io.github.maque.tokenizer.sentencepiece.SentencePieceTokenizer;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a decoder and its tokenizer as a directory that Hugging Face's Transformers opens, where
 * {@link DecoderConfig#huggingFaceExport} says that it can; {@link HuggingFaceDirectory} reads it
 * in any case, with the very same configuration.
 *
 * <pre>{@code
 * HuggingFaceExport.builder(config, weights)
 *     .type(WeightType.BFLOAT16)
 *     .tokenizer(tokenizer)
 *     .chatTemplate(ChatTemplate.chatMl())
 *     .build()
 *     .write(Path.of("storyteller"));
 * }</pre>
 *
 * <p>Rows that only pad the vocabulary are left out: no other program could know that they never
 * come out of the model. They are 0 when the directory is read.
 */
public final class HuggingFaceExport {
  private final DecoderConfig config;
  private final TensorSource weights;
  private final WeightType type;
  private final long maxShardBytes;
  private final @Nullable BpeTokenizer tokenizer;
  private final TokenizerConfig tokenizerConfig;
  private final @Nullable ChatTemplate chatTemplate;
  private final @Nullable GenerationOptions generationOptions;
  private final Set<String> generationFields;
  private final TokenRoles roles;

  private HuggingFaceExport(Builder builder) {
    config = builder.config;
    weights = builder.weights;
    type = builder.type;
    maxShardBytes = builder.maxShardBytes;
    tokenizerConfig = builder.tokenizerConfig;
    chatTemplate = builder.chatTemplate;
    generationOptions = builder.generationOptions;
    generationFields = Set.copyOf(builder.generationFields);
    if (maxShardBytes < 1) {
      throw new IllegalArgumentException("maxShardBytes must be at least 1, got " + maxShardBytes);
    }
    DecoderTensors.mismatch(weights, config, config.paddedVocabularySize())
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(
                  "weights: " + problem.getKey() + ": " + problem.getValue());
            });
    tokenizer = builder.tokenizer == null ? null : inPureJava(builder.tokenizer);
    roles = TokenRoles.of(config, tokenizer, tokenizerConfig, chatTemplate);
    if (generationOptions != null) {
      GenerationConfig.check(generationOptions, generationFields);
    }
  }

  private static BpeTokenizer inPureJava(Tokenizer tokenizer) {
    if (tokenizer instanceof BpeTokenizer bpe) {
      return bpe;
    }
    if (tokenizer instanceof SentencePieceTokenizer pieces) {
      try {
        return pieces.model().toTokenizer();
      } catch (IOException e) {
        throw new IllegalArgumentException("tokenizer cannot be written: " + e.getMessage(), e);
      }
    }
    throw new IllegalArgumentException(
        "tokenizer must be a BpeTokenizer or a SentencePieceTokenizer, got a "
            + tokenizer.getClass().getName());
  }

  /**
   * Returns a builder for the directory of a decoder.
   *
   * @param config the decoder's configuration
   * @param weights its parameters, under the names of {@link DecoderConfig#parameterShapes}
   */
  public static Builder builder(DecoderConfig config, TensorSource weights) {
    return new Builder(config, weights);
  }

  /**
   * Writes the directory, which appears as a whole or not at all. No more than a small part of a
   * tensor is held in memory.
   *
   * @param target a directory that does not exist or is empty
   * @throws FileAlreadyExistsException if there is something else
   * @throws IllegalArgumentException if a number is too large for the type
   * @throws IOException if the weights cannot be read or a file cannot be written
   */
  public void write(Path target) throws IOException {
    Path absolute = target.toAbsolutePath().normalize();
    requireFree(absolute);
    Path parent = absolute.getParent();
    if (parent == null) {
      throw new FileAlreadyExistsException(target.toString(), null, "it is a root directory");
    }
    Files.createDirectories(parent);
    String unique = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
    Path temporary = parent.resolve("." + absolute.getFileName() + "-" + unique + ".tmp");
    Files.createDirectory(temporary);
    try {
      writeFiles(temporary);
      AtomicFile.syncDirectory(temporary);
      requireFree(absolute);
      Files.deleteIfExists(absolute);
      Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
      AtomicFile.syncDirectory(parent);
    } catch (DirectoryNotEmptyException e) {
      throw notEmpty(absolute);
    } finally {
      delete(temporary);
    }
  }

  /**
   * Writes the files into a directory one after another, over those of the same names: for whoever
   * sees to it that the directory appears as a whole.
   *
   * @param directory exists
   * @throws IllegalArgumentException if a number is too large for the type
   * @throws IOException if the weights cannot be read or a file cannot be written
   */
  public void writeFiles(Path directory) throws IOException {
    TokenIds tokenIds = tokenIds();
    JsonObject json = HuggingFaceConfig.write(config, type, tokenIds);
    Json.write(directory.resolve(HuggingFaceDirectory.CONFIG), json);
    JsonObject generation = new JsonObject();
    tokenIds.write(generation);
    if (generationOptions != null) {
      GenerationConfig.write(generationOptions, generationFields, generation);
    }
    Json.write(directory.resolve(HuggingFaceDirectory.GENERATION_CONFIG), generation);
    if (tokenizer != null) {
      TokenizerFiles.save(tokenizer, directory, completeTokenizerConfig());
    }
    ShardedSafetensors.write(
        directory,
        DecoderTensors.of(weights, config, config.vocabularySize()),
        type,
        maxShardBytes);
  }

  private TokenizerConfig completeTokenizerConfig() {
    TokenizerConfig.Builder builder = tokenizerConfig.toBuilder();
    if (chatTemplate != null) {
      builder.chatTemplate(chatTemplate.jinja());
    }
    if (tokenizerConfig.maxLength().isEmpty()) {
      builder.maxLength(config.contextLength());
    }
    return builder.build();
  }

  private TokenIds tokenIds() {
    Set<Integer> eos = new LinkedHashSet<>();
    if (generationOptions != null) {
      eos.addAll(generationOptions.stopIds());
    }
    if (tokenizer != null && chatTemplate != null) {
      for (int id : chatTemplate.stopIds(tokenizer)) {
        eos.add(id);
      }
    }
    roles.eos().ifPresent(eos::add);
    return new TokenIds(
        roles.bos().stream().boxed().toList(),
        new ArrayList<>(eos),
        roles.pad().stream().boxed().toList());
  }

  private static void requireFree(Path target) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString(), null, "it is no directory");
    }
    try (Stream<Path> entries = Files.list(target)) {
      if (entries.findAny().isPresent()) {
        throw notEmpty(target);
      }
    }
  }

  private static FileAlreadyExistsException notEmpty(Path target) {
    return new FileAlreadyExistsException(target.toString(), null, "the directory is not empty");
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.toList()) {
        Files.delete(entry);
      }
    }
    Files.delete(directory);
  }

  /** Puts an export together. */
  public static final class Builder {
    private static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    private final DecoderConfig config;
    private final TensorSource weights;
    private WeightType type = WeightType.FLOAT32;
    private long maxShardBytes = DEFAULT_SHARD_BYTES;
    private @Nullable Tokenizer tokenizer;
    private TokenizerConfig tokenizerConfig = TokenizerConfig.DEFAULT;
    private @Nullable ChatTemplate chatTemplate;
    private @Nullable GenerationOptions generationOptions;
    private Set<String> generationFields = GenerationConfig.FIELDS;

    private Builder(DecoderConfig config, TensorSource weights) {
      this.config = config;
      this.weights = weights;
    }

    /** Sets in which type weights are written; {@link WeightType#FLOAT32} at first. */
    public Builder type(WeightType type) {
      this.type = type;
      return this;
    }

    /**
     * Sets how many bytes of weights a file has at most, unless it is one tensor; 5 GB at first.
     */
    public Builder maxShardBytes(long bytes) {
      this.maxShardBytes = bytes;
      return this;
    }

    /** Sets the tokenizer; without one, the directory has none. */
    public Builder tokenizer(Tokenizer tokenizer) {
      return tokenizer(tokenizer, TokenizerConfig.DEFAULT);
    }

    /**
     * Sets the tokenizer.
     *
     * @param tokenizer one in pure Java, or a SentencePiece tokenizer that can be made one
     * @param config which token plays which part where that is not as the tokenizer has it, what is
     *     put around texts, and the chat template unless {@link #chatTemplate} gives one
     */
    public Builder tokenizer(Tokenizer tokenizer, TokenizerConfig config) {
      this.tokenizer = tokenizer;
      this.tokenizerConfig = config;
      return this;
    }

    /** Sets how conversations are laid out. */
    public Builder chatTemplate(ChatTemplate template) {
      this.chatTemplate = template;
      return this;
    }

    /**
     * Sets how the model should generate. Written are the stop ids, besides those of tokenizer and
     * chat template, the stop strings, how tokens are chosen and how many; not what belongs to a
     * single run: the seed, what happens beyond the context, and whether log-probabilities are
     * wanted.
     */
    public Builder generationOptions(GenerationOptions options) {
      return generationOptions(options, GenerationConfig.FIELDS);
    }

    /**
     * Sets how the model should generate, and what of it to write: where a field is left out, the
     * choice is that of whoever generates.
     *
     * @param fields names of {@code generation_config.json}, as {@link
     *     HuggingFaceDirectory#generationFields} has them; stop ids are written in any case
     */
    public Builder generationOptions(GenerationOptions options, Set<String> fields) {
      this.generationOptions = options;
      this.generationFields = fields;
      return this;
    }

    /**
     * Returns the export.
     *
     * @throws IllegalArgumentException if the weights are not those of the configuration; if the
     *     decoder's vocabulary is smaller than the tokenizer's, or the tokenizer is of a kind that
     *     no {@code tokenizer.json} expresses; if there is a chat template without a tokenizer; if
     *     the tokenizer lacks a token that its configuration or the chat template names; or if an
     *     option of generation cannot be written, or a field of it is unknown
     */
    public HuggingFaceExport build() {
      return new HuggingFaceExport(this);
    }
  }
}
