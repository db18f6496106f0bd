package io.github.maque.align.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.Mixture;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.model.ForwardPass;
import io.github.maque.train.objective.TokenLoss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PreferenceObjectiveTest {
  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder decoder = TestPairs.decoder(manager);
  private final Decoder before = TestPairs.decoder(manager);
  private final PreferencePairs pairs = TestPairs.random(12, 7);
  private final PreferenceSequences packed = PreferenceSequences.bestFit(pairs, 48, 0);

  /** Makes the policy differ from the reference. */
  PreferenceObjectiveTest() {
    Random random = new Random(1);
    for (Parameter parameter : decoder.parametersByName().values()) {
      float[] values = parameter.getArray().toFloatArray();
      for (int i = 0; i < values.length; i++) {
        values[i] += (float) (0.1 * random.nextGaussian());
      }
      TestPairs.assign(parameter.getArray(), values);
    }
  }

  @AfterAll
  void close() {
    manager.close();
  }

  static List<PreferenceLoss> losses() {
    return List.of(
        new Dpo(0.5),
        new Dpo(0.5, 0.1),
        new Ipo(0.5),
        new Hinge(0.1),
        new SimPo(2, 1),
        new Orpo(1));
  }

  private PreferenceObjective objective(PreferenceLoss loss, PreferenceSequences sequences) {
    return PreferenceObjective.builder(manager, sequences, loss)
        .reference(ReferenceModel.of(before))
        .build();
  }

  /** The sum of losses, the figures, and the gradients of all parameters. */
  private record Computed(
      double loss, Map<String, Double> figures, Map<String, float[]> gradients) {}

  private Computed compute(PreferenceObjective objective, PreferenceSequences sequences) {
    List<Computed> computed = new ArrayList<>();
    TestPairs.withRows(
        manager,
        sequences,
        rows -> {
          decoder.zeroGradients();
          try (ForwardPass pass = decoder.forwardPass(rows.input(), Checkpointing.none(), 0)) {
            NDArray logs = pass.logProbabilities(rows.targets()).get(0);
            TokenLoss loss = objective.loss(rows, logs);
            NDArray weights = loss.derivatives().neg();
            pass.backward(pass.headGradients(rows.targets(), weights, 0, 0).hidden());
            Map<String, Double> figures = new LinkedHashMap<>();
            loss.metrics().forEach((name, sum) -> figures.put(name, sum.toDoubleArray()[0]));
            computed.add(
                new Computed(loss.loss().toFloatArray()[0], figures, gradients(rows.manager())));
          }
        });
    return computed.get(0);
  }

  private Map<String, float[]> gradients(NDManager scope) {
    Map<String, float[]> gradients = new LinkedHashMap<>();
    decoder
        .parametersByName()
        .forEach(
            (name, parameter) ->
                gradients.put(name, decoder.gradient(scope, parameter).toFloatArray()));
    return gradients;
  }

  private static double norm(Map<String, float[]> gradients) {
    double sum = 0;
    for (float[] gradient : gradients.values()) {
      for (float value : gradient) {
        sum += (double) value * value;
      }
    }
    return Math.sqrt(sum);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void packedPairsLearnAsPairsInRowsOfTheirOwn(PreferenceLoss loss) {
    PreferenceSequences single = PreferenceSequences.onePerRow(pairs, 24, 0);
    Computed one = compute(objective(loss, single), single);
    Computed many = compute(objective(loss, packed), packed);
    assertThat(packed.size()).isLessThan(single.size());
    assertThat(many.loss()).isCloseTo(one.loss(), within(1e-5 * Math.abs(one.loss())));
    Map<String, float[]> difference = new LinkedHashMap<>();
    one.gradients()
        .forEach(
            (name, gradient) -> {
              float[] other = many.gradients().get(name);
              float[] left = gradient.clone();
              for (int i = 0; i < left.length; i++) {
                left[i] -= other[i];
              }
              difference.put(name, left);
            });
    assertThat(norm(one.gradients())).isGreaterThan(1e-3);
    assertThat(norm(difference)).isLessThan(1e-5 * norm(one.gradients()));
    one.figures()
        .forEach(
            (name, value) ->
                assertThat(many.figures().get(name))
                    .as(name)
                    .isCloseTo(value, within(1e-5 * Math.abs(value) + 1e-5)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradientsAreThoseOfFiniteDifferences(PreferenceLoss loss) {
    PreferenceObjective objective = objective(loss, packed);
    Map<String, float[]> gradients = compute(objective, packed).gradients();
    double norm = norm(gradients);
    double epsilon = 2e-3;
    step(gradients, epsilon / norm);
    double above = compute(objective, packed).loss();
    step(gradients, -2 * epsilon / norm);
    double below = compute(objective, packed).loss();
    step(gradients, epsilon / norm);
    assertThat((above - below) / (2 * epsilon)).isCloseTo(norm, within(1e-2 * norm));
  }

  private void step(Map<String, float[]> direction, double factor) {
    direction.forEach(
        (name, gradient) -> {
          NDArray array = decoder.parametersByName().get(name).getArray();
          float[] values = array.toFloatArray();
          for (int i = 0; i < values.length; i++) {
            values[i] += (float) (factor * gradient[i]);
          }
          TestPairs.assign(array, values);
        });
  }

  @Test
  void figuresAreSumsOfWhatThePairsAre() {
    ReferenceLogProbabilities policy = ReferenceLogProbabilities.compute(decoder, packed);
    ReferenceLogProbabilities reference = ReferenceLogProbabilities.compute(before, packed);
    Map<String, Double> expected = new LinkedHashMap<>();
    for (int pair = 0; pair < pairs.size(); pair++) {
      double chosen = policy.chosen(pair) - reference.chosen(pair);
      double rejected = policy.rejected(pair) - reference.rejected(pair);
      int chosenTokens = pairs.chosen(pair).learnedTokens();
      int rejectedTokens = pairs.rejected(pair).learnedTokens();
      expected.merge("rewards/chosen", 0.5 * chosen, Double::sum);
      expected.merge("rewards/rejected", 0.5 * rejected, Double::sum);
      expected.merge("rewards/margins", 0.5 * (chosen - rejected), Double::sum);
      expected.merge("rewards/accuracies", chosen > rejected ? 1.0 : 0.0, Double::sum);
      expected.merge("logps/chosen", policy.chosen(pair), Double::sum);
      expected.merge("logps/rejected", policy.rejected(pair), Double::sum);
      expected.merge("lengths/chosen", (double) chosenTokens, Double::sum);
      expected.merge("lengths/rejected", (double) rejectedTokens, Double::sum);
      expected.merge("log_ratios/chosen", chosen / chosenTokens, Double::sum);
      expected.merge("log_ratios/rejected", rejected / rejectedTokens, Double::sum);
    }
    Map<String, Double> figures = compute(objective(new Dpo(0.5), packed), packed).figures();
    assertThat(figures.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, value) -> assertThat(figures.get(name)).as(name).isCloseTo(value, within(1e-4)));
    assertThat(figures.get("rewards/accuracies")).isBetween(1.0, pairs.size() - 1.0);
  }

  @Test
  void aReferenceThatWasComputedBeforeIsAsGoodAsOneThatComputes() {
    PreferenceObjective live = objective(new Dpo(0.5), packed);
    PreferenceObjective recorded =
        live.over(packed, ReferenceLogProbabilities.compute(before, packed));
    assertThat(compute(recorded, packed).loss())
        .isCloseTo(compute(live, packed).loss(), within(1e-5));
  }

  @Test
  void theAdapterIsOffWhileTheReferenceComputesAndOnlyThen() {
    List<String> events = new ArrayList<>();
    ReferenceModel reference =
        ReferenceModel.withoutAdapter(
            before,
            new ReferenceModel.WithoutAdapter() {
              @Override
              public <T> T get(Supplier<T> action) {
                events.add("off");
                T found = action.get();
                events.add("on");
                return found;
              }
            });
    PreferenceObjective objective =
        PreferenceObjective.builder(manager, packed, new Dpo(0.5)).reference(reference).build();
    assertThat(compute(objective, packed).loss())
        .isEqualTo(compute(objective(new Dpo(0.5), packed), packed).loss());
    assertThat(events).containsExactly("off", "on");
  }

  @Test
  void withoutAReferenceThereAreNoLogRatios() {
    PreferenceObjective objective =
        PreferenceObjective.builder(manager, packed, new Orpo(0.1)).build();
    assertThat(compute(objective, packed).figures())
        .containsKey("rewards/margins")
        .doesNotContainKey("log_ratios/chosen");
  }

  @Test
  void nothingIsLeftBehindButTheLossItsDerivativesAndFigures() {
    PreferenceObjective objective = objective(new Dpo(0.5, 0.1), packed);
    int outside = manager.getManagedArrays().size();
    TestPairs.withRows(
        manager,
        packed,
        rows -> {
          NDArray logs = rows.lossWeights().neg();
          int before = rows.manager().getManagedArrays().size();
          TokenLoss loss = objective.loss(rows, logs);
          assertThat(rows.manager().getManagedArrays()).hasSize(before + 2 + loss.metrics().size());
        });
    assertThat(manager.getManagedArrays()).hasSize(outside);
  }

  @Test
  void weightIsTheNumberOfPairsAndOtherSourcesAreRefused() {
    PreferenceObjective objective = objective(new Dpo(0.5), packed);
    PreferenceObjective second =
        PreferenceObjective.builder(manager, packed, new SimPo(2, 1)).source(1).build();
    try (BatchStream stream =
            BatchStream.of(packed).batchSize((int) packed.size()).sequential().open();
        Batch batch = stream.next()) {
      double sum = 0;
      for (int row = 0; row < batch.rows(); row++) {
        sum += objective.weight(batch, row);
      }
      assertThat(sum).isEqualTo(pairs.size());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> second.weight(batch, 0))
          .withMessageContaining("row 0 is from source 0");
    }
    Mixture mixture = Mixture.of(packed, 1e-9).and(packed, 1);
    try (BatchStream stream = BatchStream.of(mixture).batchSize(2).open();
        Batch batch = stream.next()) {
      assertThat(second.weight(batch, 0)).isEqualTo(packed.pairCount(batch.sequence(0)));
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PreferenceObjective.builder(manager, packed, new Dpo(0.1)).build())
        .withMessageContaining("reference must be given");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PreferenceObjective.builder(manager, packed, new SimPo(2, 1))
                    .lengthNormalized(true)
                    .build())
        .withMessageContaining("lengthNormalized must be false");
    PreferenceSequences others = PreferenceSequences.bestFit(TestPairs.random(12, 8), 32, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PreferenceObjective.builder(manager, packed, new Dpo(0.1))
                    .reference(ReferenceLogProbabilities.compute(before, others))
                    .build())
        .withMessageContaining("reference must be of the pairs with the fingerprint");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PreferenceObjective.builder(manager, packed, new Orpo(1)).sftWeight(-1))
        .withMessageContaining("sftWeight");
  }

  @Test
  void aLossOfAWrongShapeIsNamed() {
    PreferenceObjective sum = objective(logs -> logs.margin().sum(), packed);
    assertThatIllegalStateException()
        .isThrownBy(() -> compute(sum, packed))
        .withMessageContaining("one number a pair");
  }
}
