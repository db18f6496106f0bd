package io.github.maque.examples.storyteller;

import io.github.maque.examples.align.FineTuneConfig;
import io.github.maque.examples.align.PreferenceConfig;
import io.github.maque.examples.pretrain.PretrainConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Everything about the job but where it is kept. The three trainings are configured as by the verbs
 * {@code pretrain}, {@code sft} and {@code dpo}, whose models and data the job fills in.
 *
 * @param corpus what there is to learn from
 * @param vocabulary what is learnt first
 * @param validationShare which share of the stories is kept to see how well others are told
 * @param pretraining how the model learns to tell stories
 * @param fineTuning how it learns to tell those that it is asked for
 * @param rollout how it makes preferences
 * @param preferences how it learns from them
 * @param exam how all is measured
 */
public record StorytellerConfig(
    CorpusSettings corpus,
    VocabularySettings vocabulary,
    double validationShare,
    PretrainConfig pretraining,
    FineTuneConfig fineTuning,
    RolloutSettings rollout,
    PreferenceConfig preferences,
    ExamSettings exam) {
  /** The configurations that come with the program. */
  public static final List<String> PRESETS = List.of("quick", "smoke", "reference");

  /** Checks the share. */
  public StorytellerConfig {
    if (!(validationShare > 0 && validationShare < 1)) {
      throw new IllegalArgumentException(
          "validationShare must be above 0 and below 1, got " + validationShare);
    }
  }

  /**
   * Reads a configuration.
   *
   * @param presetOrFile one of {@link #PRESETS}, or a file
   * @param options what replaces values of it, by the path of a key
   * @throws IOException if there is no such file, or it cannot be read
   * @throws io.github.maque.train.yaml.YamlException if it or an option is not as it should be
   */
  public static StorytellerConfig read(String presetOrFile, Map<String, String> options)
      throws IOException {
    if (PRESETS.contains(presetOrFile)) {
      String name = "tinystories-" + presetOrFile + ".yaml";
      return PreferenceConfig.yaml().parse(bundled(name), name, StorytellerConfig.class, options);
    }
    Path file = Path.of(presetOrFile);
    if (Files.isRegularFile(file)) {
      return PreferenceConfig.yaml().read(file, StorytellerConfig.class, options);
    }
    throw new NoSuchFileException(
        presetOrFile, null, "neither a file nor one of " + String.join(", ", PRESETS));
  }

  private static String bundled(String name) throws IOException {
    String resource = "/configs/" + name;
    try (InputStream in = StorytellerConfig.class.getResourceAsStream(resource)) {
      return new String(
          Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns the same configuration with another corpus. */
  public StorytellerConfig withCorpus(CorpusSettings other) {
    return new StorytellerConfig(
        other, vocabulary, validationShare, pretraining, fineTuning, rollout, preferences, exam);
  }

  /** Returns what a stage does, as text that is another if the stage would do something else. */
  String settings(Stage stage) {
    return switch (stage) {
      case CORPUS -> yaml(corpus);
      case TOKENIZER -> yaml(vocabulary);
      case DATA -> "validation-share: " + validationShare;
      case PRETRAIN -> pretraining.toYaml();
      case SFT -> fineTuning.toYaml();
      case ROLLOUT -> yaml(rollout);
      case DPO -> preferences.toYaml();
      case EVALUATE -> yaml(exam);
      case EXPORT, REPORT -> "";
    };
  }

  private static String yaml(Record settings) {
    return PreferenceConfig.yaml().write(settings);
  }
}
