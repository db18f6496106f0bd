package io.github.maque.align.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.train.CheckpointPlan;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.checkpoint.Retention;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.optimizer.AdamW;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraTrainingTest {
  private static final int STEPS = 40;

  @TempDir private Path directory;
  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  /** Each token is followed by the one seven places on. */
  private static final class Counting implements Sequences {
    @Override
    public long size() {
      return 200;
    }

    @Override
    public int length() {
      return 16;
    }

    @Override
    public void read(long index, Row row) {
      for (int place = 0; place < length(); place++) {
        row.ids[place] = (int) ((index + 7L * place) % 32);
        row.targets[place] = (int) ((index + 7L * place + 7) % 32);
        row.lossWeights[place] = 1;
      }
      row.segment(0, 0, length());
    }
  }

  private static final class StopAt implements TrainingListener {
    private final long end;
    private @Nullable Trainer trainer;

    StopAt(long end) {
      this.end = end;
    }

    @Override
    public void stepped(StepMetrics step) {
      if (step.step() == end && trainer != null) {
        trainer.stop();
      }
    }
  }

  private static TrainerBuilder training(Decoder decoder) {
    return Trainer.on(decoder)
        .data(new Counting())
        .tokensPerStep(16 * 16)
        .rowsPerMicroBatch(16)
        .seed(3)
        .optimizer(AdamW.defaults().withLearningRate(0.01))
        .duration(Amount.ofSteps(STEPS));
  }

  private LoraAdapter adapter(Decoder decoder) {
    LoraConfig config = LoraConfig.defaults().withRank(4).withDropout(0.1);
    LoraAdapter adapter = LoraAdapter.create(manager, decoder, config, 1);
    adapter.attach();
    return adapter;
  }

  @Test
  void lowersTheLossAndLeavesTheBase() throws IOException {
    Decoder decoder = TinyDecoders.create(manager);
    Map<String, float[]> base = TinyDecoders.weights(decoder);
    LoraAdapter adapter = adapter(decoder);
    float[] before = TinyDecoders.logits(decoder);
    TrainingResult result =
        training(decoder).modelFormat(adapter).directory(directory).build().train();
    List<Double> losses = losses(result);
    assertThat(losses.get(STEPS - 1)).isLessThan(0.8 * losses.get(0));
    TinyDecoders.weights(decoder)
        .forEach((name, values) -> assertThat(values).as(name).isEqualTo(base.get(name)));
    float[] trained = TinyDecoders.logits(decoder);
    assertThat(trained).isNotEqualTo(before);
    adapter.detach();
    assertThat(TinyDecoders.logits(decoder)).isEqualTo(before);

    Path checkpoint = result.lastCheckpoint().orElseThrow();
    try (Stream<Path> files = Files.list(checkpoint)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("adapter_config.json", "adapter_model.safetensors")
          .doesNotContain("model.safetensors");
    }
    LoraAdapter loaded = LoraAdapter.load(manager, decoder, checkpoint);
    loaded.attach();
    assertThat(TinyDecoders.logits(decoder)).isEqualTo(trained);
  }

  /** From a checkpoint of the adapter alone, in another process's decoder. */
  @Test
  void resumesWithIdenticalLosses() throws IOException {
    Decoder whole = TinyDecoders.create(manager);
    List<Double> expected = losses(training(whole).modelFormat(adapter(whole)).build().train());
    CheckpointPlan plan = new CheckpointPlan(10, new Retention(2, 0, 0));
    for (int end : new int[] {20, STEPS}) {
      Decoder decoder = TinyDecoders.create(manager);
      StopAt stop = new StopAt(end);
      Trainer trainer =
          training(decoder)
              .modelFormat(adapter(decoder))
              .checkpoints(plan)
              .directory(directory)
              .listener(stop)
              .build();
      stop.trainer = trainer;
      assertThat(losses(trainer.train())).isEqualTo(expected.subList(0, end));
    }
  }

  /** The other way to train a part: what is not frozen. */
  @Test
  void whatIsFrozenByPatternStays() throws IOException {
    Decoder decoder = TinyDecoders.create(manager);
    Map<String, float[]> before = TinyDecoders.weights(decoder);
    decoder.freeze(Pattern.compile("(?!model\\.layers\\.1\\.mlp\\.).*"), true);
    List<Double> losses = losses(training(decoder).build().train());
    assertThat(losses.get(STEPS - 1)).isLessThan(losses.get(0));
    TinyDecoders.weights(decoder)
        .forEach(
            (name, values) ->
                assertThat(java.util.Arrays.equals(values, before.get(name)))
                    .as(name)
                    .isEqualTo(!name.startsWith("model.layers.1.mlp.")));
    decoder.freeze(Pattern.compile(".*"), true);
    assertThatIllegalArgumentException().isThrownBy(() -> training(decoder).build());
  }

  private static List<Double> losses(TrainingResult result) {
    return result.history().steps().stream().map(StepMetrics::loss).toList();
  }
}
