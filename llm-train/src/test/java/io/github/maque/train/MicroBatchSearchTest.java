package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.objective.MicroBatch;
import io.github.maque.train.objective.TokenLoss;
import io.github.maque.train.objective.TokenObjective;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many rows are computed at once when nobody said it. */
class MicroBatchSearchTest {
  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  /** Cross-entropy of rows that may belong together. */
  private record Watched(int rowsTogether, Consumer<MicroBatch> watch) implements TokenObjective {
    @Override
    public TokenLoss loss(MicroBatch batch, NDArray logProbabilities) {
      watch.accept(batch);
      return new TokenLoss(
          logProbabilities.mul(batch.lossWeights()).sum().neg(), batch.lossWeights().neg());
    }
  }

  private TrainerBuilder run(Decoder decoder, int rows) {
    return Trainer.on(decoder)
        .data(new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 100))
        .tokensPerStep((long) rows * TestDecoders.LENGTH)
        .duration(Amount.ofSteps(3));
  }

  private Decoder decoder() {
    return TestRuns.decoder(manager, Precision.FLOAT32);
  }

  private static int rows(TrainingResult result) {
    return result.history().parts().get(0).rowsPerMicroBatch();
  }

  @ParameterizedTest
  @CsvSource({
    "16, 16, 1, 16",
    "16, 8, 1, 8",
    "12, 8, 1, 6",
    "11, 8, 1, 6",
    "11, 4, 1, 4",
    "9, 8, 1, 5",
    "1, 1, 1, 1",
    "12, 8, 2, 6",
    "10, 8, 2, 6",
    "2, 2, 2, 2",
    "14, 4, 2, 4"
  })
  void microBatchesOfAStepAreAboutEqual(int all, int rows, int together, int even) {
    assertThat(MicroBatchSearch.even(all, rows, together)).isEqualTo(even);
    assertThat((all - 1) / even).isEqualTo((all - 1) / rows);
    assertThat(even % together).isZero();
  }

  @Test
  void whatIsTrainedIsWhatItWouldBeWithoutTheSearch() throws IOException {
    Decoder searched = decoder();
    int rows = rows(run(searched, 12).build().train());
    assertThat(rows).isBetween(1, 12);
    Decoder told = decoder();
    run(told, 12).rowsPerMicroBatch(rows).build().train();
    Map<String, float[]> expected = TestDecoders.weights(told);
    TestDecoders.weights(searched)
        .forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));
  }

  @Test
  void rowsThatBelongTogetherStayTogether() throws IOException {
    Map<Integer, Integer> seen = new TreeMap<>();
    Watched pairs = new Watched(2, batch -> seen.merge(batch.firstRow(), batch.rows(), Math::max));
    int rows = rows(run(decoder(), 10).objective(pairs).build().train());
    assertThat(rows % 2).isZero();
    assertThat(seen.keySet()).isNotEmpty().allMatch(first -> first % 2 == 0);
    assertThat(seen.values()).allMatch(count -> count % 2 == 0);
  }

  @Test
  void whatDoesNotFitIsNotTaken() throws IOException {
    Watched small =
        new Watched(
            1,
            batch -> {
              if (batch.rows() > 2) {
                throw new EngineException("CUDA out of memory. Tried to allocate 1 GiB");
              }
            });
    assertThat(rows(run(decoder(), 16).objective(small).build().train())).isLessThanOrEqualTo(2);
    Watched none =
        new Watched(
            1,
            batch -> {
              throw new EngineException("CUDA out of memory. Tried to allocate 2 GiB");
            });
    assertThatThrownBy(() -> run(decoder(), 16).objective(none).build().train())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("out of memory");
  }

  @Test
  void otherFailuresAreNoMatterOfMemory() {
    Watched broken =
        new Watched(
            1,
            batch -> {
              if (batch.rows() > 1) {
                throw new EngineException("shapes do not match");
              }
            });
    assertThatThrownBy(() -> run(decoder(), 16).objective(broken).build().train())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("shapes");
  }

  @Test
  void findsRowsWhateverIsKept() throws IOException {
    for (Checkpointing checkpointing :
        List.of(
            Checkpointing.everyLayer(),
            Checkpointing.every(100),
            Checkpointing.within(0),
            Checkpointing.within(Long.MAX_VALUE))) {
      assertThat(rows(run(decoder(), 4).checkpointing(checkpointing).build().train()))
          .isBetween(1, 4);
    }
  }
}
