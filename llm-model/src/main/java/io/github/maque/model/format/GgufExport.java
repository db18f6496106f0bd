package io.github.maque.model.format;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Exportability;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary.Alphabet;
import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.sentencepiece.SentencePieceTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes a decoder and its tokenizer as a GGUF file, version 3, which llama.cpp and the programs
 * built on it run.
 *
 * <pre>{@code
 * List<String> notes =
 *     GgufExport.builder(config, weights)
 *         .name("storyteller")
 *         .type(GgufTensorType.Q8_0)
 *         .tokenizer(tokenizer)
 *         .chatTemplate(ChatTemplate.story("<|endoftext|>"))
 *         .build()
 *         .write(Path.of("storyteller.gguf"));
 * }</pre>
 *
 * <p>Norms and biases are always 32-bit floats. Rows that only pad the vocabulary are left out: no
 * program could know that they never come out of the model.
 */
public final class GgufExport {
  /** The version of the block types' layout. */
  private static final int QUANTIZATION_VERSION = 2;

  private final DecoderConfig config;
  private final TensorSource weights;
  private final String name;
  private final GgufTensorType type;
  private final @Nullable Tokenizer tokenizer;
  private final TokenizerConfig tokenizerConfig;
  private final @Nullable ChatTemplate chatTemplate;
  private final TokenRoles roles;

  private GgufExport(Builder builder) {
    config = builder.config;
    weights = builder.weights;
    name = builder.name;
    type = builder.type;
    tokenizer = builder.tokenizer;
    tokenizerConfig = builder.tokenizerConfig;
    chatTemplate = builder.chatTemplate;
    Exportability export = config.ggufExport();
    if (!export.possible()) {
      throw new IllegalArgumentException("config cannot be written as GGUF " + export);
    }
    roles = TokenRoles.of(config, tokenizer, tokenizerConfig, chatTemplate);
  }

  /**
   * Returns a builder for the file of a decoder.
   *
   * @param config the decoder's configuration
   * @param weights its parameters, under the names of Hugging Face's Llama
   */
  public static Builder builder(DecoderConfig config, TensorSource weights) {
    return new Builder(config, weights);
  }

  /**
   * Writes the file, which appears as a whole or not at all. One tensor's numbers at a time are in
   * memory, and not all of them.
   *
   * @return what a program that reads the file will do differently from this library, a sentence
   *     each
   * @throws IllegalArgumentException if llama.cpp has nothing like the tokenizer, with the reason;
   *     if the weights are not those of the configuration; or if a number is too large for the type
   * @throws IOException if the weights cannot be read or the file cannot be written
   */
  public List<String> write(Path file) throws IOException {
    List<String> notes = new ArrayList<>();
    GgufMetadata metadata = new GgufMetadata();
    GgufDecoder decoder = new GgufDecoder(config, weights, type);
    decoder.describe(metadata);
    metadata.string("general.type", "model");
    metadata.string("general.name", name);
    metadata.uint32("general.file_type", type.fileType());
    metadata.uint32("general.quantization_version", QUANTIZATION_VERSION);
    if (tokenizer == null) {
      metadata.string("tokenizer.ggml.model", "no_vocab");
      notes.add("there is no tokenizer in the file: it takes and gives ids");
    } else {
      describeTokenizer(tokenizer, metadata, notes);
      describeRoles(tokenizer, metadata);
    }
    List<GgufWriter.Tensor> tensors = decoder.tensors();
    notes.addAll(decoder.notes());
    GgufWriter.write(file, metadata, tensors);
    return List.copyOf(notes);
  }

  private void describeTokenizer(Tokenizer tokenizer, GgufMetadata metadata, List<String> notes) {
    int size = config.vocabularySize();
    if (tokenizer instanceof BpeTokenizer bpe && bpe.vocabulary().alphabet() == Alphabet.BYTES) {
      GgufBytePairs pairs = new GgufBytePairs(bpe, size);
      pairs.describe(metadata);
      notes.addAll(pairs.notes());
    } else {
      new GgufSentencePieces(sentencePieceModel(tokenizer), size).describe(metadata);
    }
  }

  private static SentencePieceModel sentencePieceModel(Tokenizer tokenizer) {
    if (tokenizer instanceof SentencePieceTokenizer pieces) {
      return pieces.model();
    }
    if (tokenizer instanceof BpeTokenizer bpe) {
      return SentencePieceModel.of(bpe);
    }
    throw new IllegalArgumentException(
        "a GGUF file can hold a BpeTokenizer or a SentencePieceTokenizer, and not a "
            + tokenizer.getClass().getName());
  }

  private void describeRoles(Tokenizer tokenizer, GgufMetadata metadata) {
    int end =
        roles
            .eos()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the tokenizer has no token that ends a text, and programs based on"
                            + " llama.cpp would take another in its place"));
    // Without this key they take a fixed id; GPT-2 has one token for both.
    metadata.uint32("tokenizer.ggml.bos_token_id", roles.bos().orElse(end));
    metadata.uint32("tokenizer.ggml.eos_token_id", end);
    roles.pad().ifPresent(pad -> metadata.uint32("tokenizer.ggml.padding_token_id", pad));
    metadata.bool("tokenizer.ggml.add_bos_token", tokenizerConfig.addBosToken());
    metadata.bool("tokenizer.ggml.add_eos_token", tokenizerConfig.addEosToken());
    if (chatTemplate != null) {
      int endOfTurn =
          Objects.requireNonNull(tokenizer.specialTokens().ids().get(chatTemplate.endOfTurn()));
      metadata.uint32("tokenizer.ggml.eot_token_id", endOfTurn);
      metadata.string("tokenizer.chat_template", chatTemplate.jinja());
    } else {
      tokenizerConfig
          .chatTemplate()
          .ifPresent(jinja -> metadata.string("tokenizer.chat_template", jinja));
    }
  }

  /** Puts an export together. */
  public static final class Builder {
    private final DecoderConfig config;
    private final TensorSource weights;
    private String name = "maque";
    private GgufTensorType type = GgufTensorType.F16;
    private @Nullable Tokenizer tokenizer;
    private TokenizerConfig tokenizerConfig = TokenizerConfig.DEFAULT;
    private @Nullable ChatTemplate chatTemplate;

    private Builder(DecoderConfig config, TensorSource weights) {
      this.config = config;
      this.weights = weights;
    }

    /** Sets the name of the model that programs show; "maque" at first. */
    public Builder name(String name) {
      this.name = name;
      return this;
    }

    /** Sets how matrices are spelt; {@link GgufTensorType#F16} at first. */
    public Builder type(GgufTensorType type) {
      this.type = type;
      return this;
    }

    /** Sets the tokenizer; without one, the file takes and gives ids. */
    public Builder tokenizer(Tokenizer tokenizer) {
      return tokenizer(tokenizer, TokenizerConfig.DEFAULT);
    }

    /**
     * Sets the tokenizer.
     *
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
     * Returns the export.
     *
     * @throws IllegalArgumentException if llama.cpp has no architecture for the decoder, saying all
     *     reasons; if its vocabulary is smaller than the tokenizer's; if the tokenizer lacks a
     *     token that its configuration or the chat template names; or if there is a chat template
     *     and no tokenizer
     */
    public GgufExport build() {
      return new GgufExport(this);
    }
  }
}
