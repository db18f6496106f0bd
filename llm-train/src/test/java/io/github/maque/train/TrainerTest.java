package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.optimizer.AdamW;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Problems whose best solution is known. */
class TrainerTest {
  private static final DecoderConfig TINY =
      DecoderConfig.builder()
          .vocabularySize(16)
          .vocabularyMultiple(16)
          .contextLength(32)
          .layers(1)
          .width(32)
          .heads(2)
          .feedForwardWidth(64)
          .build();

  @Test
  void learnsMarkovSourceToItsEntropy() throws IOException {
    MarkovSource source = new MarkovSource(16, 32, 4096, 1);
    MarkovSource unseen = new MarkovSource(16, 32, 256, 2);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Decoder decoder = Decoder.create(manager, TINY, Precision.FLOAT32);
      TrainingResult result =
          Trainer.on(decoder)
              .data(source)
              .validation(unseen)
              .tokensPerStep(32 * 32)
              .optimizer(AdamW.defaults().withLearningRate(1e-2))
              .duration(Amount.ofSteps(250))
              .evaluation(new EvaluationPlan(1000, 0, List.of(), 1, 0))
              .build()
              .train();
      assertThat(result.history().end().orElseThrow().reason()).isEqualTo(RunEnd.Reason.COMPLETED);
      List<Evaluation> evaluations = result.history().evaluations();
      assertThat(evaluations.get(0).loss()).isCloseTo(Math.log(16), within(0.1));
      assertThat(evaluations.get(1).loss())
          .isCloseTo(source.entropy(), within(0.03))
          .isGreaterThan(source.entropy() - 0.01);
      assertThat(result.history().steps()).hasSize(250);
    }
  }

  /** Half of each sequence is random, and the other half the same again. */
  @Test
  void learnsToCopy() throws IOException {
    Sequences copies = new Copies(12, 8, 100_000);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      DecoderConfig config = TINY.toBuilder().layers(2).width(48).build();
      Decoder decoder = Decoder.create(manager, config, Precision.FLOAT32);
      TrainingResult result =
          Trainer.on(decoder)
              .data(copies)
              .validation(copies)
              .tokensPerStep(64L * copies.length())
              .rowsPerMicroBatch(64)
              .optimizer(AdamW.defaults().withLearningRate(5e-3))
              .duration(Amount.ofSteps(400))
              .evaluation(new EvaluationPlan(1000, 64, List.of(), 1, 0))
              .build()
              .train();
      List<Evaluation> evaluations = result.history().evaluations();
      assertThat(evaluations.get(0).loss()).isGreaterThan(2);
      assertThat(evaluations.get(1).loss()).isLessThan(0.05);
    }
  }

  /** Letters of a text of few words: all but which word comes next can be known. */
  @Test
  void learnsTextLetterByLetter() throws IOException {
    WordText text = new WordText(32, 20_000);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      DecoderConfig config = TINY.toBuilder().vocabularySize(27).vocabularyMultiple(1).build();
      Decoder decoder = Decoder.create(manager, config, Precision.FLOAT32);
      TrainingResult result =
          Trainer.on(decoder)
              .data(text)
              .validation(text)
              .tokensPerStep(32L * 32)
              .rowsPerMicroBatch(32)
              .optimizer(AdamW.defaults().withLearningRate(1e-2))
              .duration(Amount.ofSteps(250))
              .evaluation(new EvaluationPlan(1000, 64, List.of(), 1, 0))
              .build()
              .train();
      Evaluation last = result.history().evaluations().get(1);
      assertThat(last.loss()).isBetween(text.entropy(), text.entropy() + 0.15);
    }
  }
}
