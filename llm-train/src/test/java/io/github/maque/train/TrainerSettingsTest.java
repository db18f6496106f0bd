package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.train.objective.MicroBatch;
import io.github.maque.train.objective.TokenLoss;
import io.github.maque.train.objective.TokenObjective;
import io.github.maque.train.optimizer.AdamW;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Cosine;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Everything that cannot be is said before the run begins. */
class TrainerSettingsTest {
  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder decoder = TestDecoders.create(manager);

  @AfterEach
  void close() {
    manager.close();
  }

  private static Sequences sequences(int length) {
    return new RaggedSequences(TestDecoders.TOKENS, length, 100);
  }

  private TrainerBuilder valid() {
    return Trainer.on(decoder).data(sequences(TestDecoders.LENGTH));
  }

  private void assertRefused(UnaryOperator<TrainerBuilder> change, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> change.apply(valid()).build())
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  @Test
  void dataAloneAreEnough() {
    assertThatCode(() -> valid().build()).doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Trainer.on(decoder).build())
        .withMessage("data must be set: what to train on");
  }

  @Test
  void sequencesFitIntoTheContext() {
    assertRefused(run -> run.data(sequences(33)), "data", "33 tokens", "context is 32");
    assertRefused(run -> run.validation(sequences(40)), "validation", "40 tokens", "context is 32");
    assertThatCode(() -> valid().data(sequences(32)).build()).doesNotThrowAnyException();
  }

  @Test
  void aStepIsAWholeNumberOfSequences() {
    assertRefused(run -> run.tokensPerStep(100), "tokensPerStep", "multiple of 16", "got 100");
    assertRefused(run -> run.tokensPerStep(0), "tokensPerStep must be at least 1, got 0");
    assertRefused(run -> run.tokensPerStep(1L << 40), "tokensPerStep must be at most");
    assertRefused(
        run -> run.objective(new Pairs()).tokensPerStep(16 * 3),
        "tokensPerStep",
        "multiple of 32",
        "belong together",
        "got 48");
  }

  @Test
  void microBatchesHoldWhatBelongsTogether() {
    assertRefused(run -> run.rowsPerMicroBatch(-1), "rowsPerMicroBatch", "got -1");
    assertRefused(
        run -> run.objective(new Pairs()).rowsPerMicroBatch(3),
        "rowsPerMicroBatch must be a multiple of 2",
        "got 3");
  }

  private static final class Pairs implements TokenObjective {
    @Override
    public TokenLoss loss(MicroBatch batch, NDArray logProbabilities) {
      throw new AssertionError("nothing is trained");
    }

    @Override
    public int rowsTogether() {
      return 2;
    }
  }

  @Test
  void somethingIsTrainedAndEveryRuleIsForSomething() {
    assertRefused(
        run ->
            run.options(
                options ->
                    options.withParameterRules(List.of(new ParameterRule("model.norm", 1, 0)))),
        "parameterRules",
        "model.norm matches none",
        "such as model.");
    decoder.freeze(Pattern.compile(".*"), true);
    assertRefused(run -> run, "all parameters of the decoder are frozen");
  }

  @Test
  void samplesNeedATokenizer() {
    assertRefused(
        run -> run.evaluation(new EvaluationPlan(1, 0, List.of("Once"), 10, 1)),
        "prompts",
        "need a tokenizer");
  }

  @Test
  void schedulesFitIntoTheRun() {
    assertRefused(
        run -> run.duration(Amount.ofSteps(10)).schedule(new Cosine(Amount.ofSteps(20), 0.1)),
        "warmup",
        "20 steps");
  }

  @Test
  void numbersAreInTheirRanges() {
    assertRefused(run -> run.rules(new StepRules(-1, 1, 0, 2, false)), "clip", "got -1.0");
    assertRefused(run -> run.rules(new StepRules(Double.NaN, 1, 0, 2, false)), "clip", "NaN");
    assertRefused(run -> run.rules(new StepRules(1, 0, 0, 2, false)), "failureLimit", "got 0");
    assertRefused(run -> run.rules(new StepRules(1, 1, -2, 2, false)), "spikeThreshold", "-2.0");
    assertRefused(run -> run.rules(new StepRules(1, 1, 0, 1, false)), "spikeWindow", "got 1");
    assertRefused(run -> run.rules(new StepRules(1, 1, 0, 2, true)), "skipSpikes");
    assertRefused(run -> run.evaluation(new EvaluationPlan(-1, 0, List.of(), 1, 0)), "every", "-1");
    assertRefused(
        run -> run.evaluation(new EvaluationPlan(1, -1, List.of(), 1, 0)), "sequences", "-1");
    assertRefused(
        run -> run.evaluation(new EvaluationPlan(1, 0, List.of(), 0, 0)), "sampleTokens", "got 0");
    assertRefused(
        run -> run.evaluation(new EvaluationPlan(1, 0, List.of(), 1, -1)), "temperature", "-1.0");
    assertRefused(
        run -> run.checkpoints(new CheckpointPlan(-1, CheckpointPlan.defaults().keep())), "every");
    assertRefused(run -> run.optimizer(AdamW.defaults().withLearningRate(0)), "learningRate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ParameterRule("(", 1, 1))
        .withMessageContaining("names must be a regular expression, got (");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ParameterRule(".*", -1, 1))
        .withMessageContaining("rateFactor");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ParameterRule(".*", 1, Double.NaN))
        .withMessageContaining("decayFactor");
  }

  @Test
  void aTrainerTrainsOnce() throws IOException {
    Trainer trainer =
        valid().tokensPerStep(16).rowsPerMicroBatch(1).duration(Amount.ofSteps(1)).build();
    trainer.train();
    assertThatThrownBy(trainer::train)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a trainer trains once");
  }
}
