package io.github.maque.align.sft;

import static io.github.maque.align.sft.TestDialogues.TOKENIZER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.Precision;
import io.github.maque.tokenizer.ChatTemplate;
import io.github.maque.train.StepRules;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.objective.NextToken;
import io.github.maque.train.optimizer.Sgd;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Constant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training on dialogues, packed or not. */
class PackedTrainingTest {
  private static final int LENGTH = 160;

  /** Updates are that much larger than weights, so that these hold gradients at full precision. */
  private static final double RATE = 1e4;

  private static final String ANSWER = "从前有一只麻雀。";

  @TempDir private Path directory;

  private FineTuningDataBuilder builder(List<Dialogue> dialogues) throws IOException {
    Path file = TestDialogues.write(directory.resolve("chats.jsonl"), dialogues);
    return FineTuningData.builder(ChatTemplate.chatMl(), TOKENIZER)
        .dialogues(TestDialogues.source(file))
        .length(LENGTH);
  }

  private static Decoder decoder(NDManager manager) {
    DecoderConfig config =
        DecoderConfig.builder()
            .vocabularySize(TOKENIZER.vocabularySize())
            .vocabularyMultiple(8)
            .contextLength(LENGTH)
            .layers(2)
            .width(16)
            .heads(2)
            .feedForwardWidth(32)
            .build();
    return Decoder.create(manager, config, Precision.FLOAT32);
  }

  /** A loss over all rows, and what weights change by in one step down its gradient. */
  private record Result(double loss, Map<String, float[]> changes) {}

  private static Result oneStep(Sequences rows, NextToken objective) throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Decoder decoder = decoder(manager);
      Map<String, float[]> before = weights(decoder);
      TrainingResult result =
          Trainer.on(decoder)
              .data(rows)
              .objective(objective)
              .optimizer(new Sgd(RATE, 0, false, 0))
              .schedule(new Constant(Amount.ofSteps(0)))
              .rules(new StepRules(0, 20, 0, 2, false))
              .tokensPerStep(rows.size() * LENGTH)
              .rowsPerMicroBatch(4)
              .duration(Amount.ofSteps(1))
              .build()
              .train();
      Map<String, float[]> changes = weights(decoder);
      changes.forEach((name, values) -> subtract(values, before.get(name)));
      return new Result(result.history().steps().get(0).loss(), changes);
    }
  }

  private static Map<String, float[]> weights(Decoder decoder) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    decoder
        .parametersByName()
        .forEach((name, parameter) -> weights.put(name, parameter.getArray().toFloatArray()));
    return weights;
  }

  private static void subtract(float[] from, float[] values) {
    for (int i = 0; i < from.length; i++) {
      from[i] -= values[i];
    }
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3})
  void packedRowsHaveTheLossAndTheGradientsOfOneSampleARow(double promptWeight) throws IOException {
    List<Dialogue> dialogues = TestDialogues.random(30, 1);
    Sequences packed = builder(dialogues).promptWeight(promptWeight).read().sequences();
    Sequences single = builder(dialogues).promptWeight(promptWeight).onePerRow().read().sequences();
    assertThat(packed.size()).isLessThan(single.size() / 2 + 3);
    for (NextToken objective : List.of(new NextToken(), new NextToken(0.1, 1e-3))) {
      Result expected = oneStep(single, objective);
      Result found = oneStep(packed, objective);
      assertThat(found.loss()).isCloseTo(expected.loss(), within(1e-5 * expected.loss()));
      expected
          .changes()
          .forEach(
              (name, change) -> {
                float[] difference = found.changes().get(name).clone();
                subtract(difference, change);
                assertThat(norm(change)).as(name).isPositive();
                assertThat(norm(difference)).as(name).isLessThanOrEqualTo(1e-5 * norm(change));
              });
    }
  }

  @Test
  void fineTuningLearnsHowToAnswer() throws IOException {
    List<Dialogue> dialogues =
        TestDialogues.random(150, 2).stream()
            .map(d -> TestDialogues.of(d.messages().get(0).content(), ANSWER))
            .toList();
    FineTuningData data = builder(dialogues).heldOut(0.2).read();
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      long tokensPerStep = 2 * LENGTH;
      TrainingResult result =
          Trainer.on(decoder(manager))
              .options(FineTuning.options())
              .options(options -> options.withOptimizer(options.optimizer().withLearningRate(0.01)))
              .tokensPerStep(tokensPerStep)
              .duration(data.passes(3, tokensPerStep))
              .rowsPerMicroBatch(2)
              .data(data.mixture())
              .validation(data.validation().orElseThrow())
              .tokenizer(TOKENIZER)
              .build()
              .train();
      List<Evaluation> evaluations = result.history().evaluations();
      assertThat(evaluations.get(0).loss()).isGreaterThan(4);
      Evaluation last = evaluations.get(evaluations.size() - 1);
      assertThat(last.loss()).isLessThan(1.5);
      // What counts is the answer, whose end has no bytes.
      double tokens = TOKENIZER.encode(ANSWER).length + 1;
      double bytes = ANSWER.getBytes(StandardCharsets.UTF_8).length;
      assertThat(last.bitsPerByte().orElseThrow())
          .isCloseTo(last.loss() * tokens / Math.log(2) / bytes, within(1e-5));
    }
  }
}
