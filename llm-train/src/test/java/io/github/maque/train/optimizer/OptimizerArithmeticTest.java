package io.github.maque.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.maque.train.optimizer.TrainedParameter.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A hundred updates of parameters of all kinds, by optimizers and by loops in double precision.
 * Weights are about 1 and move by about 1; they may differ by a hundred roundings.
 */
class OptimizerArithmeticTest {
  private static final int STEPS = 100;
  private static final double TOLERANCE = 100 * Math.ulp(1f);

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final TestParameters parameters = new TestParameters(manager);

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @CsvSource({"0.9, 0.95, 1e-8, 0.1", "0.8, 0.999, 1e-3, 0", "0, 0.9, 1e-8, 0.5"})
  void adamWIsAsInThePaper(double beta1, double beta2, double epsilon, double decay) {
    AdamW settings = new AdamW(0.01, beta1, beta2, epsilon, decay);
    requireSame(
        settings,
        parameter -> 0.01,
        parameter -> decay,
        parameter -> NaiveUpdate.adamW(length(parameter), beta1, beta2, epsilon));
  }

  @ParameterizedTest
  @CsvSource({"0, false, 0.1", "0.9, false, 0", "0.9, true, 0.1"})
  void sgdIsAsInTheFormula(double momentum, boolean nesterov, double decay) {
    requireSame(
        new Sgd(0.01, momentum, nesterov, decay),
        parameter -> 0.01,
        parameter -> decay,
        parameter -> NaiveUpdate.sgd(length(parameter), momentum, nesterov));
  }

  @ParameterizedTest
  @CsvSource({"0.95, true, 5, 0.1", "0.9, false, 3, 0", "0, false, 6, 0.3"})
  void muonUpdatesMatricesByOrthogonalMomentumAndTheRestByAdamW(
      double momentum, boolean nesterov, int iterations, double decay) {
    AdamW others = new AdamW(0.02, 0.9, 0.95, 1e-8, 0.2);
    requireSame(
        new Muon(0.01, momentum, nesterov, iterations, decay, others),
        parameter -> parameter.kind() == Kind.MATRIX ? 0.01 : 0.02,
        parameter -> parameter.kind() == Kind.MATRIX ? decay : 0.2,
        parameter -> {
          int rows = (int) parameter.weight().getShape().get(0);
          return parameter.kind() == Kind.MATRIX
              ? NaiveUpdate.muon(rows, length(parameter), momentum, nesterov, iterations)
              : NaiveUpdate.adamW(length(parameter), 0.9, 0.95, 1e-8);
        });
  }

  @Test
  void aRateFactorOfZeroLeavesWeightsAlone() {
    List<int[]> before = parameters.weightBits();
    for (OptimizerFactory factory :
        List.of(AdamW.defaults(), Muon.defaults(), Sgd.defaults().withWeightDecay(0.1))) {
      Optimizer optimizer = factory.create(manager, parameters.list());
      parameters.setGradients(1);
      parameters.step(optimizer, 0, 1, 0);
      assertThat(parameters.weightBits())
          .as("%s", factory)
          .usingRecursiveComparison()
          .isEqualTo(before);
    }
  }

  private void requireSame(
      OptimizerFactory factory,
      Function<TrainedParameter, Double> rate,
      Function<TrainedParameter, Double> decay,
      Function<TrainedParameter, NaiveUpdate> naive) {
    List<double[]> expected = new ArrayList<>();
    List<NaiveUpdate> updates = new ArrayList<>();
    for (TrainedParameter parameter : parameters.list()) {
      expected.add(doubles(parameter.weight().toFloatArray()));
      updates.add(naive.apply(parameter));
    }
    Optimizer optimizer = factory.create(manager, parameters.list());
    for (int step = 0; step < STEPS; step++) {
      parameters.step(optimizer, step);
      for (int i = 0; i < expected.size(); i++) {
        TrainedParameter parameter = parameters.list().get(i);
        double[] gradient = doubles(TestParameters.gradient(parameter, step));
        for (int j = 0; j < gradient.length; j++) {
          gradient[j] *= TestParameters.scale(step);
        }
        boolean decays = parameter.kind() != Kind.VECTOR;
        updates
            .get(i)
            .update(
                expected.get(i),
                gradient,
                rate.apply(parameter) * parameter.rateFactor() * TestParameters.rateFactor(step),
                decays ? decay.apply(parameter) * parameter.decayFactor() : 0);
      }
    }
    for (int i = 0; i < expected.size(); i++) {
      TrainedParameter parameter = parameters.list().get(i);
      assertThat(doubles(parameter.weight().toFloatArray()))
          .as(parameter.name())
          .containsExactly(expected.get(i), within(TOLERANCE));
    }
  }

  private static int length(TrainedParameter parameter) {
    return (int) parameter.weight().size();
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
