package io.github.maque.align.preference;

import static io.github.maque.align.preference.TestPairs.pair;
import static io.github.maque.align.preference.TestPairs.side;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.github.maque.align.preference.PreferencePairs.Overlong;
import io.github.maque.model.Decoder;
import io.github.maque.train.EvaluationPlan;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.RunHistory;
import io.github.maque.train.optimizer.AdamW;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Constant;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Preferences that can be seen through: each loss learns them and stays near its reference. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PreferenceLearningTest {
  private static final int LIKED = 7;
  private static final int LENGTH = 32;
  private static final int STEPS = 16;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder decoder = TestPairs.decoder(manager);
  private final Decoder before = TestPairs.decoder(manager);

  private final Map<String, float[]> first = new LinkedHashMap<>();

  /** Decoders take longer to create than to train here. */
  @BeforeAll
  void keepFirstWeights() {
    decoder
        .parametersByName()
        .forEach((name, parameter) -> first.put(name, parameter.getArray().toFloatArray()));
  }

  @BeforeEach
  void begin() {
    for (Decoder each : List.of(decoder, before)) {
      first.forEach(
          (name, values) -> TestPairs.assign(each.parametersByName().get(name).getArray(), values));
    }
  }

  @AfterAll
  void close() {
    manager.close();
  }

  /** The better answer has a token that the worse one has not; both are of one length. */
  private static PreferenceSequences withToken(int count, long seed) {
    Random random = new Random(seed);
    PreferencePairs.Builder pairs = PreferencePairs.builder(12, Overlong.REJECT);
    for (int i = 0; i < count; i++) {
      int[] rejected = random.ints(9, 0, LIKED).toArray();
      int[] chosen = rejected.clone();
      for (int at = 3; at < 9; at++) {
        chosen[at] = random.nextInt(LIKED);
      }
      chosen[3 + random.nextInt(6)] = LIKED;
      pairs.add(pair(side(3, chosen), side(3, rejected)));
    }
    return PreferenceSequences.bestFit(pairs.build(), LENGTH, 0);
  }

  /** The better answer goes on where the worse one ends with token 8. */
  private static PreferenceSequences longer(int count, long seed) {
    Random random = new Random(seed);
    PreferencePairs.Builder pairs = PreferencePairs.builder(12, Overlong.REJECT);
    for (int i = 0; i < count; i++) {
      int[] chosen = random.ints(9 + random.nextInt(3), 0, LIKED).toArray();
      int[] rejected = Arrays.copyOf(chosen, 5 + random.nextInt(2));
      chosen[chosen.length - 1] = 8;
      rejected[rejected.length - 1] = 8;
      pairs.add(pair(side(3, chosen), side(3, rejected)));
    }
    return PreferenceSequences.bestFit(pairs.build(), LENGTH, 0);
  }

  static List<PreferenceLoss> losses() {
    return List.of(
        new Dpo(0.5),
        new Dpo(0.5, 0.1),
        new Ipo(0.5),
        new Hinge(0.5),
        new SimPo(2, 1),
        new Orpo(0.5));
  }

  private TrainerBuilder trainer(
      PreferenceLoss loss, PreferenceSequences data, PreferenceSequences heldOut, double rate) {
    ReferenceModel reference = ReferenceModel.of(before);
    PreferenceObjective objective =
        PreferenceObjective.builder(manager, data, loss)
            .reference(ReferenceLogProbabilities.compute(before, data))
            .build();
    return Trainer.on(decoder)
        .data(data)
        .objective(objective)
        .validation(heldOut, objective.over(heldOut, reference))
        .evaluation(new EvaluationPlan(STEPS, 0, List.of(), 1, 0))
        .optimizer(new AdamW(rate, 0.9, 0.95, 1e-8, 0))
        .schedule(new Constant(Amount.ofSteps(1)))
        .tokensPerStep(8L * LENGTH)
        .rowsPerMicroBatch(8)
        .duration(Amount.ofSteps(STEPS));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void eachLossLearnsATokenThatIsLiked(PreferenceLoss loss) throws IOException {
    learns(loss, withToken(80, 1), withToken(32, 2));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void eachLossLearnsThatLongerIsBetter(PreferenceLoss loss) throws IOException {
    learns(loss, longer(80, 3), longer(32, 4));
  }

  private void learns(PreferenceLoss loss, PreferenceSequences data, PreferenceSequences heldOut)
      throws IOException {
    EarlyWarning warning =
        EarlyWarning.builder().chosenCollapse(0.7).action(EarlyWarning.Action.STOP).build();
    RunHistory history =
        trainer(loss, data, heldOut, 4e-3).stopWhen(warning).build().train().history();
    List<Evaluation> evaluations = history.evaluations();
    Map<String, Double> last = evaluations.get(evaluations.size() - 1).figures();
    assertThat(last.get("rewards/accuracies")).isGreaterThan(0.8);
    assertThat(last.get("rewards/margins"))
        .isGreaterThan(evaluations.get(0).figures().get("rewards/margins"));
    assertThat(evaluations.get(evaluations.size() - 1).loss())
        .isLessThan(evaluations.get(0).loss());
    assertThat(Math.abs(last.get("log_ratios/chosen"))).isLessThan(1);
    assertThat(warning.findings()).isEmpty();
    assertThat(history.steps()).hasSize(STEPS);
  }

  /** As in practice the model knows the answers before it learns which are better. */
  private void fineTune(PreferenceSequences data) throws IOException {
    Trainer.on(decoder)
        .data(data)
        .optimizer(new AdamW(1e-2, 0.9, 0.95, 1e-8, 0))
        .tokensPerStep(8L * LENGTH)
        .rowsPerMicroBatch(8)
        .duration(Amount.ofSteps(40))
        .build()
        .train();
    decoder
        .parametersByName()
        .forEach(
            (name, parameter) ->
                TestPairs.assign(
                    before.parametersByName().get(name).getArray(),
                    parameter.getArray().toFloatArray()));
  }

  @ParameterizedTest
  @CsvSource({"0.0015, false", "0.045, true"})
  void aRateThirtyTimesTooHighIsStoppedAndAGoodOneIsNot(double rate, boolean stopped)
      throws IOException {
    PreferenceSequences data = withToken(80, 1);
    fineTune(data);
    EarlyWarning warning = EarlyWarning.builder().chosenCollapse(0.5).window(5).build();
    RunHistory history =
        trainer(new Dpo(0.1), data, withToken(32, 2), rate)
            .stopWhen(warning)
            .build()
            .train()
            .history();
    assertThat(warning.findings()).hasSize(stopped ? 1 : 0);
    assertThat(history.steps().size() < STEPS).isEqualTo(stopped);
    assertThat(history.warnings()).hasSize(stopped ? 1 : 0);
  }
}
