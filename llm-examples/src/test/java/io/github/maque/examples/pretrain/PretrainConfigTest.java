package io.github.maque.examples.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.FeedForwardKind;
import io.github.maque.model.Initialization;
import io.github.maque.model.Positions;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.optimizer.AdamW;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Cosine;
import io.github.maque.train.schedule.Horizon;
import io.github.maque.train.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PretrainConfigTest {
  @TempDir private Path directory;

  static List<String> bundled() {
    return PretrainConfig.BUNDLED;
  }

  @ParameterizedTest
  @MethodSource("bundled")
  void bundledConfigurationIsExportableAndItsScheduleFits(String name) throws IOException {
    PretrainConfig config = PretrainConfig.read(name, Map.of());
    DecoderConfig shape = config.shape(6400);
    assertThat(shape.huggingFaceExport().possible()).isTrue();
    assertThat(shape.ggufExport().possible()).isTrue();
    TrainingOptions training = config.training();
    long steps = training.duration().steps(new Horizon(1000, training.tokensPerStep()));
    training.schedule().requireFits(new Horizon(steps, training.tokensPerStep()));
    assertThat(training.evaluation().prompts()).isNotEmpty();
  }

  @Test
  void everyFileThatComesWithTheProgramCanBeNamed() throws Exception {
    Path files = Path.of(PretrainConfig.class.getResource("/configs/story-tiny-cpu.yaml").toURI());
    try (Stream<Path> all = Files.list(files.resolveSibling("."))) {
      // Those of the whole way are another kind.
      assertThat(
              all.map(file -> file.getFileName().toString().replace(".yaml", ""))
                  .filter(name -> !name.startsWith("tinystories-")))
          .containsExactlyInAnyOrderElementsOf(PretrainConfig.BUNDLED);
    }
  }

  /** The settings are those of the model's first users. */
  @Test
  void referenceModelIsTrainedAsItWas() throws IOException {
    PretrainConfig config = PretrainConfig.read("storyteller-44m", Map.of());
    assertThat(config.shape(64798)).isEqualTo(DecoderConfig.preset("storyteller-44m"));
    assertThat(config.shape(64798).parameters()).isBetween(43_500_000L, 44_500_000L);
    assertThat(config.sequenceLength()).isEqualTo(512);
    TrainingOptions training = config.training();
    assertThat(training.tokensPerStep()).isEqualTo(512 * 512);
    assertThat(training.duration()).isEqualTo(Amount.ofSteps(200_000));
    assertThat(training.optimizer()).isEqualTo(new AdamW(5e-4, 0.9, 0.95, 1e-8, 0.1));
    assertThat(training.schedule()).isEqualTo(new Cosine(Amount.ofSteps(1000), 0));
    assertThat(training.rules().clip()).isEqualTo(1);
    assertThat(training.evaluation().every()).isEqualTo(Amount.ofSteps(2000));
    assertThat(training.checkpoints().every()).isEqualTo(Amount.ofSteps(1000));
  }

  @Test
  void modelOfTenMinutesOnACpuIsSmall() throws IOException {
    assertThat(PretrainConfig.read("story-10m-cpu", Map.of()).shape(6400).parameters())
        .isBetween(7_000_000L, 10_000_000L);
  }

  @Test
  void readsAFileAndChangesOfIt() throws IOException {
    PretrainConfig config =
        read(
            """
            model:
              preset: llama-15m
              feed-forward: geglu
              positions: {kind: rotary, base: 5e5}
              dropout: 0.1
            data:
              directory: stories
              sequence-length: 128
            engine:
              precision: bfloat16-mixed
              threads: 2
            """,
            Map.of("model.layers", "3", "training.seed", "7"));
    DecoderConfig expected =
        DecoderConfig.preset("llama-15m").toBuilder()
            .vocabularySize(1000)
            .feedForward(FeedForwardKind.GEGLU)
            .positions(new Positions.Rotary(5e5))
            .dropout(0.1)
            .layers(3)
            .initialization(new Initialization(7))
            .build();
    assertThat(config.shape(1000)).isEqualTo(expected);
    assertThat(config.data().directory()).contains(Path.of("stories"));
    assertThat(config.sequenceLength()).isEqualTo(128);
    assertThat(config.engine()).isEqualTo(new EngineSettings(Precision.BFLOAT16_MIXED, 2));
    assertThat(config.training()).isEqualTo(TrainingOptions.defaults().withSeed(7));
  }

  /** Presets may change; what was trained may not. */
  @Test
  void writesASameRunWithoutPresets() throws IOException {
    PretrainConfig config = PretrainConfig.read("storyteller-44m", Map.of("training.seed", "3"));
    String yaml = config.toYaml();
    assertThat(yaml).contains("head-size: 48").doesNotContain("storyteller");
    PretrainConfig same = read(yaml, Map.of());
    assertThat(same.shape(5000)).isEqualTo(config.shape(5000));
    assertThat(same.training()).isEqualTo(config.training());
    assertThat(same.toYaml()).isEqualTo(yaml);
  }

  @Test
  void refusesWhatMakesNoRun() {
    assertRefused("training: {seed: 1}", "model", "missing");
    assertRefused("model: {layers: 2, width: 64}", "model: expected a preset", "heads");
    assertRefused("model: {layers: 2, width: 64, heads: 2, heds: 3}", "run.yaml:1", "heds");
    assertRefused("model: {preset: llama-15m, dropout: 1}", "model: dropout", "1");
    assertRefused("model: {preset: llama-15m}\ndata: {sequence-length: 0}", "sequence-length", "0");
    assertRefused("model: {preset: llama-15m}\ndata: {sequence-length: 999}", "at most 256");
    assertRefused(
        "model: {preset: llama-15m}\ntraining: {tokens-per-step: 300}", "multiple of 256", "300");
    assertRefused("model: {preset: llama-15m}\nengine: {threads: -1}", "threads", "-1");
    assertRefused("model: {preset: llama-15m}\nengine: {precision: int4}", "precision", "int4");
    assertThatThrownBy(() -> PretrainConfig.read("none", Map.of()))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContainingAll("none", "storyteller-44m");
  }

  private void assertRefused(String yaml, String... parts) {
    assertThatThrownBy(() -> read(yaml, Map.of()))
        .isInstanceOf(YamlException.class)
        .hasMessageContainingAll(parts);
  }

  private PretrainConfig read(String yaml, Map<String, String> options) throws IOException {
    Path file = Files.writeString(directory.resolve("run.yaml"), yaml);
    return PretrainConfig.read(file.toString(), options);
  }
}
