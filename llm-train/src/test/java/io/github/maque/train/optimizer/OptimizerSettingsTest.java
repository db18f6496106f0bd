package io.github.maque.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.maque.train.optimizer.TrainedParameter.Kind;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerSettingsTest {
  private static final AdamW ADAM_W = AdamW.defaults();
  private static final Muon MUON = Muon.defaults();
  private static final Sgd SGD = Sgd.defaults();

  static Stream<Arguments> bad() {
    return Stream.of(
        bad(() -> ADAM_W.withLearningRate(0), "learningRate must be greater than 0", "got 0.0"),
        bad(() -> ADAM_W.withLearningRate(Double.NaN), "learningRate must be", "got NaN"),
        bad(() -> ADAM_W.withBetas(1, 0.9), "beta1 must be at least 0 and less than 1", "got 1.0"),
        bad(() -> ADAM_W.withBetas(0.9, -0.1), "beta2 must be at least 0", "got -0.1"),
        bad(() -> ADAM_W.withEpsilon(0), "epsilon must be greater than 0 and finite", "got 0.0"),
        bad(() -> ADAM_W.withWeightDecay(-1), "weightDecay must be at least 0", "got -1.0"),
        bad(() -> MUON.withLearningRate(0), "learningRate must be greater than 0", "got 0.0"),
        bad(() -> MUON.withMomentum(1, true), "momentum must be at least 0", "got 1.0"),
        bad(() -> MUON.withIterations(0), "iterations must be 1 to 100", "got 0"),
        bad(() -> MUON.withIterations(101), "iterations must be 1 to 100", "got 101"),
        bad(() -> MUON.withWeightDecay(Double.POSITIVE_INFINITY), "weightDecay", "got Infinity"),
        bad(() -> SGD.withLearningRate(-1), "learningRate must be greater than 0", "got -1.0"),
        bad(() -> SGD.withMomentum(-0.5, true), "momentum must be at least 0", "got -0.5"),
        bad(() -> SGD.withMomentum(0, true), "nesterov must be false", "momentum is 0"),
        bad(() -> SGD.withWeightDecay(Double.NaN), "weightDecay must be", "got NaN"));
  }

  private static Arguments bad(ThrowingCallable made, String rule, String found) {
    return Arguments.of(made, rule, found);
  }

  @ParameterizedTest
  @MethodSource("bad")
  void settingsOutOfRangeAreRefusedByName(ThrowingCallable made, String rule, String found) {
    assertThatIllegalArgumentException()
        .isThrownBy(made)
        .withMessageContaining(rule)
        .withMessageContaining(found);
  }

  @Test
  void anotherLearningRateKeepsTheRest() {
    assertThat(ADAM_W.withLearningRate(3)).isEqualTo(new AdamW(3, 0.9, 0.95, 1e-8, 0.1));
    assertThat(SGD.withLearningRate(3)).isEqualTo(new Sgd(3, 0.9, false, 0));
  }

  @Test
  void muonsRatesKeepTheirProportion() {
    Muon muon = MUON.withLearningRate(0.02).withOthers(ADAM_W.withLearningRate(0.005));
    Muon faster = muon.withLearningRate(0.08);
    assertThat(faster.learningRate()).isEqualTo(0.08);
    assertThat(faster.others().learningRate()).isCloseTo(0.02, within(1e-12));
    assertThat(faster.withLearningRate(0.02).withOthers(muon.others())).isEqualTo(muon);
  }

  @Test
  void parametersAndGradientsHaveOneShape() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      NDArray weight = manager.zeros(new Shape(2, 3));
      NDArray gradient = manager.zeros(new Shape(3, 2));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new TrainedParameter("w", Kind.MATRIX, weight, gradient, 1, 1))
          .withMessage("gradient of w must have the weight's shape (2, 3), got (3, 2)");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new TrainedParameter("w", Kind.MATRIX, weight, weight, -1, 1))
          .withMessage("rateFactor of w must be at least 0 and finite, got -1.0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new TrainedParameter("w", Kind.MATRIX, weight, weight, 1, Double.NaN))
          .withMessage("decayFactor of w must be at least 0 and finite, got NaN");
    }
  }

  @Test
  void rateFactorsThatAreNoNumbersAreRefused() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Optimizer optimizer = ADAM_W.create(manager, List.of());
      NDArray one = manager.ones(new Shape(1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> optimizer.step(Double.NaN, one, one))
          .withMessage("rateFactor must be at least 0 and finite, got NaN");
    }
  }
}
