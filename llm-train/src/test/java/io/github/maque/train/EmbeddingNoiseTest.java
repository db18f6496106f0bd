package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.PackedSequences;
import io.github.maque.data.pack.SampleList;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.objective.MicroBatch;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddingNoiseTest {
  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void noiseIsThatOfTheSegmentsLengthAndNoneOnPadding() {
    SampleList samples =
        SampleList.builder()
            .add(new int[] {1, 2, 3, 4}, new boolean[] {false, true, true, true})
            .add(new int[] {5, 6, 7}, new boolean[] {false, true, true})
            .build();
    Sequences row = PackedSequences.bestFit(samples, 8, OverlongPolicy.REJECT, 0);
    try (BatchStream stream = BatchStream.of(row).batchSize(1).sequential().epochs(1).open();
        Batch batch = stream.next()) {
      float[] noise =
          new MicroBatch.Loader(manager, 5, 16)
              .load(manager, batch, 0, 1)
              .embeddingNoise()
              .orElseThrow()
              .toFloatArray();
      assertThat(noise).hasSize(8);
      for (int place = 0; place < 8; place++) {
        double expected = place < 4 ? 5 / Math.sqrt(4 * 16) : place < 7 ? 5 / Math.sqrt(3 * 16) : 0;
        assertThat(noise[place]).isCloseTo((float) expected, within(1e-6f));
      }
      assertThat(new MicroBatch.Loader(manager).load(manager, batch, 0, 1).embeddingNoise())
          .isEmpty();
    }
  }

  private List<Double> losses(double noise) throws IOException {
    return Trainer.on(TestRuns.decoder(manager, Precision.FLOAT32))
        .data(new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 100))
        .tokensPerStep(8L * TestDecoders.LENGTH)
        .rowsPerMicroBatch(4)
        .duration(Amount.ofSteps(3))
        .embeddingNoise(noise)
        .build()
        .train()
        .history()
        .steps()
        .stream()
        .map(StepMetrics::loss)
        .toList();
  }

  @Test
  void noiseChangesLossesAndIsTheSameEachTime() throws IOException {
    assertThat(losses(5)).isEqualTo(losses(5)).isNotEqualTo(losses(0));
  }
}
