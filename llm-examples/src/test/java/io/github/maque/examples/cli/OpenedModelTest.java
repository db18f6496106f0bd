package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.examples.WorkListener;
import io.github.maque.examples.model.ChatLayout;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.OpenedModel;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.checkpoint.CheckpointStore;
import io.github.maque.train.checkpoint.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenedModelTest {
  @TempDir private static Path shared;
  private static DecoderConfig config;
  private static Path model;

  @BeforeAll
  static void write() throws IOException {
    config = ModelFixture.config();
    GenerationOptions options = GenerationOptions.builder().greedy().build();
    model =
        ModelFixture.write(
            shared.resolve("model"), config, ModelFixture.tokenizer(shared), options);
  }

  private static OpenedModel open(ChatLayout layout) throws IOException {
    return ModelDirectory.find(model, layout).open(Precision.FLOAT32, WorkListener.SILENT);
  }

  @Test
  void hasTheWeightsOfTheFiles() throws IOException {
    try (OpenedModel opened = open(null)) {
      opened
          .decoder()
          .parametersByName()
          .forEach(
              (name, parameter) ->
                  assertThat(beginning(parameter.getArray().toFloatArray()))
                      .as(name)
                      .isEqualTo(beginning(ModelFixture.initial(config, name))));
      assertThat(opened.template().jinja()).contains("<|im_start|>");
      assertThat(opened.chat().fingerprint()).hasSize(64);
    }
  }

  /** Behind the embeddings, which are the largest parameter, are rows that only pad them. */
  private static float[] beginning(float[] parameter) {
    int most = ModelFixture.VOCABULARY * config.width();
    return Arrays.copyOf(parameter, Math.min(parameter.length, most));
  }

  @Test
  void modelThatIsNotToChatHasNoTemplate() throws IOException {
    try (OpenedModel opened = open(ChatLayout.NONE)) {
      assertThatIllegalArgumentException()
          .isThrownBy(opened::template)
          .withMessageContaining("model has no chat template");
    }
  }

  /** The store that a run still holds stands for the process of the run. */
  @Test
  void findsTheBestCheckpointOfARunThatGoesOn() throws IOException {
    Path tokenizer = DataFixture.tokenizer(Files.createDirectories(shared.resolve("pretraining")));
    Path stories = shared.resolve("stories.txt");
    Files.write(stories, DataFixture.stories(60));
    Path data = shared.resolve("data");
    DataFixture.prepare(stories, tokenizer, data, "--validation", 0.2);
    Path settings = shared.resolve("toy.yaml");
    Files.writeString(
        settings,
        """
        model: {layers: 1, width: 16, heads: 2, context-length: 32}
        engine: {precision: float32}
        training:
          duration: 6 steps
          tokens-per-step: 64
          rows-per-micro-batch: 2
          evaluation: {every: 2, sequences: 4}
          checkpoints: {every: 2}
        """);
    Path run = shared.resolve("run");
    String best =
        Invocation.of(
                "pretrain",
                "--config",
                settings,
                "--data",
                data,
                "--tokenizer",
                tokenizer,
                "--out",
                run,
                "--json")
            .json()
            .get("best_checkpoint")
            .getAsString();
    Path checkpoints = run.resolve("checkpoints");
    try (CheckpointStore store = CheckpointStore.open(checkpoints, new Retention(9, 0, 0))) {
      assertThat(ModelDirectory.resolve(run)).isEqualTo(Path.of(best));
      assertThat(ModelDirectory.resolve(store.directory().resolve("step-00000002")))
          .endsWithRaw(Path.of("step-00000002"));
    }
    Path merged = Files.createDirectories(run.resolve(ModelDirectory.MERGED));
    Files.writeString(merged.resolve("config.json"), "{}");
    assertThat(ModelDirectory.resolve(run)).isEqualTo(merged);
  }
}
