package io.github.maque.examples.pretrain;

import io.github.maque.model.DecoderConfig;
import io.github.maque.train.TrainingOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Everything about a run of pre-training but where it is kept. Read from YAML:
 *
 * <pre>{@code
 * model:
 *   preset: llama-15m
 *   context-length: 512
 * data:
 *   directory: stories
 *   document-mask: true
 * training:
 *   duration: 200M tokens
 *   optimizer:
 *     kind: adamw
 *     learning-rate: 1e-3
 * }</pre>
 *
 * @param model the decoder's shape
 * @param data what it is trained on
 * @param engine how is computed
 * @param training all else
 */
public record PretrainConfig(
    ModelSettings model, DataSettings data, EngineSettings engine, TrainingOptions training) {
  /** The configurations that come with the program, which are files {@code NAME.yaml} there. */
  public static final List<String> BUNDLED =
      List.of("story-tiny-cpu", "story-10m-cpu", "storyteller-44m");

  /** Shapes are checked with it before the tokenizer is known. */
  private static final int SMALLEST_VOCABULARY = 2;

  /** Checks what can be checked without the data. */
  public PretrainConfig {
    int context = shape(model, SMALLEST_VOCABULARY, 0).contextLength();
    int length = data.sequenceLength().orElse(context);
    if (length > context) {
      throw new IllegalArgumentException(
          String.format(
              "data.sequenceLength must be at most %d, the model's contextLength, got %d",
              context, length));
    }
    if (training.tokensPerStep() % length != 0) {
      throw new IllegalArgumentException(
          String.format(
              "training.tokensPerStep must be a multiple of %d, the length of the sequences, got"
                  + " %d",
              length, training.tokensPerStep()));
    }
  }

  /**
   * Reads a configuration.
   *
   * @param nameOrFile one of {@link #BUNDLED}, or a file
   * @param options what replaces values of it, by the path of a key, such as {@code
   *     training.optimizer.learning-rate}
   * @throws IOException if there is no such file, or it cannot be read
   * @throws io.github.maque.train.yaml.YamlException if it or an option is not as it should be
   */
  public static PretrainConfig read(String nameOrFile, Map<String, String> options)
      throws IOException {
    Path file = Path.of(nameOrFile);
    if (Files.isRegularFile(file)) {
      return TrainingOptions.yaml().read(file, PretrainConfig.class, options);
    }
    if (BUNDLED.contains(nameOrFile)) {
      return TrainingOptions.yaml()
          .parse(bundled(nameOrFile), nameOrFile + ".yaml", PretrainConfig.class, options);
    }
    throw new NoSuchFileException(
        nameOrFile,
        null,
        "neither a file nor a configuration that comes with the program, of which there are "
            + String.join(", ", BUNDLED));
  }

  private static String bundled(String name) throws IOException {
    String resource = "/configs/" + name + ".yaml";
    try (InputStream in = PretrainConfig.class.getResourceAsStream(resource)) {
      return new String(
          Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns the same configuration with other options of training. */
  public PretrainConfig withTraining(TrainingOptions other) {
    return new PretrainConfig(model, data, engine, other);
  }

  /** Returns the same configuration with other data. */
  public PretrainConfig withData(DataSettings other) {
    return new PretrainConfig(model, other, engine, training);
  }

  /**
   * Returns the decoder's shape.
   *
   * @param vocabularySize how many ids the tokenizer has
   */
  public DecoderConfig shape(int vocabularySize) {
    return shape(model, vocabularySize, training.seed());
  }

  private static DecoderConfig shape(ModelSettings model, int vocabularySize, long seed) {
    try {
      return model.config(vocabularySize, seed);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("model: " + e.getMessage(), e);
    }
  }

  /** Returns how many tokens a sequence has. */
  public int sequenceLength() {
    return data.sequenceLength().orElse(shape(SMALLEST_VOCABULARY).contextLength());
  }

  /**
   * Returns this configuration as YAML that says everything about the decoder, and so means the
   * same when presets have changed.
   */
  public String toYaml() {
    DataSettings whole =
        new DataSettings(
            data.directory(),
            data.tokenizer(),
            OptionalInt.of(sequenceLength()),
            data.documentMask());
    ModelSettings shape = ModelSettings.of(shape(SMALLEST_VOCABULARY));
    return TrainingOptions.yaml().write(new PretrainConfig(shape, whole, engine, training));
  }
}
