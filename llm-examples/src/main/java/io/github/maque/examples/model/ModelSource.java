package io.github.maque.examples.model;

import static java.util.stream.Collectors.toSet;

import io.github.maque.examples.WorkListener;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.format.GgufExport;
import io.github.maque.model.format.GgufTensorType;
import io.github.maque.model.format.HuggingFaceDirectory;
import io.github.maque.model.format.HuggingFaceExport;
import io.github.maque.model.format.TensorSource;
import io.github.maque.model.format.WeightType;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model that is to be written in some form: its weights, and what goes with them.
 *
 * @param config its shape
 * @param weights its parameters
 * @param tokenizer its tokenizer, if it has one
 * @param tokenizerConfig what is known about the tokenizer
 * @param chatTemplate a layout of conversations in place of the one in {@code tokenizerConfig}
 * @param generation how it should generate, if that is said
 * @param generationFields the fields of {@code generation_config.json} that say it
 */
public record ModelSource(
    DecoderConfig config,
    TensorSource weights,
    Optional<Tokenizer> tokenizer,
    TokenizerConfig tokenizerConfig,
    Optional<ChatTemplate> chatTemplate,
    Optional<GenerationOptions> generation,
    Set<String> generationFields) {

  /** Returns a model of some shape with the weights that training begins with. */
  public static ModelSource initial(DecoderConfig config) {
    return new ModelSource(
        config,
        new InitialTensors(config),
        Optional.empty(),
        TokenizerConfig.DEFAULT,
        Optional.empty(),
        Optional.empty(),
        Set.of());
  }

  /**
   * Returns what a directory holds.
   *
   * @param directory must stay open as long as weights are read
   */
  public static ModelSource of(HuggingFaceDirectory directory) throws IOException {
    Optional<Tokenizer> tokenizer;
    try {
      tokenizer = Optional.of(directory.tokenizer());
    } catch (FileNotFoundException e) {
      tokenizer = Optional.empty();
    }
    Set<Integer> usual =
        tokenizer
            .map(known -> known.specialTokens().eos().stream().boxed().collect(toSet()))
            .orElse(Set.of());
    GenerationOptions options = directory.generationOptions();
    Set<String> fields = directory.generationFields();
    boolean said = !fields.isEmpty() || !usual.containsAll(options.stopIds());
    return new ModelSource(
        directory.config(),
        directory.weights(),
        tokenizer,
        tokenizer.isPresent() ? directory.tokenizerConfig() : TokenizerConfig.DEFAULT,
        Optional.empty(),
        said ? Optional.of(options) : Optional.empty(),
        fields);
  }

  /**
   * Returns whether the model says how to choose tokens. If not, its options are what Transformers
   * takes then, greedy decoding, and nobody's choice.
   */
  public boolean saysHowToChoose() {
    return generationFields.contains("do_sample");
  }

  /**
   * Returns this model with another tokenizer.
   *
   * @param path the directory or file that it was loaded from
   */
  public ModelSource withTokenizer(Tokenizer other, Path path) throws IOException {
    boolean beside = Files.isDirectory(path) || path.toString().endsWith(".json");
    return new ModelSource(
        config,
        weights,
        Optional.of(other),
        beside ? TokenizerFiles.config(path) : TokenizerConfig.DEFAULT,
        chatTemplate,
        generation,
        generationFields);
  }

  /**
   * Returns this model with another layout of conversations, or with none.
   *
   * @throws IllegalArgumentException if there is no tokenizer, or it lacks tokens of the layout
   */
  public ModelSource withChatTemplate(ChatLayout layout) {
    Tokenizer known =
        tokenizer.orElseThrow(
            () -> new IllegalArgumentException("--chat-template needs a tokenizer"));
    TokenizerConfig without =
        new TokenizerConfig(
            tokenizerConfig.bosToken(),
            tokenizerConfig.eosToken(),
            tokenizerConfig.padToken(),
            tokenizerConfig.unkToken(),
            tokenizerConfig.addBosToken(),
            tokenizerConfig.addEosToken(),
            tokenizerConfig.maxLength(),
            Map.of());
    return new ModelSource(
        config, weights, tokenizer, without, layout.template(known), generation, generationFields);
  }

  /** Returns this model, telling what is read of its weights. */
  public ModelSource reportingTo(WorkListener listener) {
    CountedTensors counted = CountedTensors.reportingTo(listener, weights);
    return new ModelSource(
        config, counted, tokenizer, tokenizerConfig, chatTemplate, generation, generationFields);
  }

  /**
   * Returns what writes the model as a directory.
   *
   * @param maxShardBytes the most weights that a file holds
   */
  public HuggingFaceExport huggingFace(WeightType type, long maxShardBytes) {
    HuggingFaceExport.Builder export =
        HuggingFaceExport.builder(config, weights).type(type).maxShardBytes(maxShardBytes);
    tokenizer.ifPresent(known -> export.tokenizer(known, tokenizerConfig));
    chatTemplate.ifPresent(export::chatTemplate);
    generation.ifPresent(options -> export.generationOptions(options, generationFields));
    return export.build();
  }

  /**
   * Returns what writes the model as a GGUF file.
   *
   * @param name what the file calls the model
   */
  public GgufExport gguf(GgufTensorType type, String name) {
    GgufExport.Builder export = GgufExport.builder(config, weights).type(type).name(name);
    tokenizer.ifPresent(known -> export.tokenizer(known, tokenizerConfig));
    chatTemplate.ifPresent(export::chatTemplate);
    return export.build();
  }
}
