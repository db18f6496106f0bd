package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderPresetsTest {
  /**
   * The first seven counts are those of Transformers 5.18: {@code sum(p.numel() for p in
   * AutoModelForCausalLM.from_config(c).parameters())} with the published configs of {@code
   * openai-community/gpt2} and {@code Qwen/Qwen3-0.6B}, with a Llama of the shapes that llama2.c
   * publishes, and with Mistral and Llama of the storytellers' shapes.
   */
  @ParameterizedTest
  @CsvSource({
    "gpt2-124m, 124439808",
    "llama-15m, 15191712",
    "llama-42m, 41689600",
    "llama-110m, 109529856",
    "qwen3-0.6b, 596049920",
    "storyteller-44m, 43915776",
    "storyteller-export, 104030976"
  })
  void hasAsManyParametersAsPublished(String name, long expected) {
    assertThat(DecoderConfig.preset(name).parameters()).isEqualTo(expected);
  }

  @Test
  void hasAPresetForEveryName() {
    assertThat(DecoderConfig.presetNames())
        .hasSize(7)
        .isSorted()
        .allSatisfy(name -> assertThat(DecoderConfig.preset(name).layers()).isPositive());
  }

  @Test
  void saysWhatPresetsThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DecoderConfig.preset("gpt3"))
        .withMessageStartingWith("preset must be one of gpt2-124m, llama-110m, ")
        .withMessageEndingWith("; got gpt3");
  }

  @Test
  void hasTheReferenceModelsHeads() {
    DecoderConfig config = DecoderConfig.preset("storyteller-44m");

    assertThat(config.heads() * config.headSize()).isEqualTo(288);
    assertThat(config.paddedVocabularySize()).isEqualTo(65024);
    assertThat(config.contextLength()).isEqualTo(512);
  }

  @ParameterizedTest
  @CsvSource({"1, 6400", "6, 6400", "12, 32000", "26, 65536"})
  void scalesWithOneDial(int depth, int vocabularySize) {
    DecoderConfig config = DecoderConfig.scaled(depth, vocabularySize);

    assertThat(config.layers()).isEqualTo(depth);
    assertThat(config.heads()).isEqualTo(depth);
    assertThat(config.headSize()).isEqualTo(64);
    assertThat(config.width()).isEqualTo(64 * depth);
    // The feed-forward width is rounded up by at most 63.
    double layers = 49_152.0 * depth * depth * depth;
    double rounding = 3.0 * 64 * depth * depth * 64;
    double norms = 64.0 * depth * (2 * depth + 1);
    assertThat(config.parameters() - 64.0 * depth * config.paddedVocabularySize())
        .isBetween(layers, layers + rounding + norms);
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "257", "2147483647"})
  void refusesDepthsOutOfRange(int depth) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DecoderConfig.scaled(depth, 100))
        .withMessage("depth must be between 1 and 256, got " + depth);
  }
}
