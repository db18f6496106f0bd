package io.github.maque.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What optimizers keep, and that skipped updates leave it and the weights alone, to the bit. */
class OptimizerStateTest {
  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final TestParameters parameters = new TestParameters(manager);

  static Stream<OptimizerFactory> factories() {
    return Stream.of(
        AdamW.defaults(),
        Muon.defaults(),
        Muon.defaults().withMomentum(0.9, false),
        Sgd.defaults().withMomentum(0, false).withWeightDecay(0.1),
        Sgd.defaults().withMomentum(0.9, true).withWeightDecay(0.1));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @MethodSource("factories")
  void aSkippedUpdateLeavesEveryBit(OptimizerFactory factory) {
    Optimizer optimizer = factory.create(manager, parameters.list());
    parameters.step(optimizer, 1);
    // Adding a zero to a negative zero would change its sign.
    optimizer.state().values().stream()
        .filter(array -> array.size() > 1)
        .forEach(this::putNegativeZero);
    parameters.list().forEach(parameter -> putNegativeZero(parameter.weight()));
    List<int[]> weights = parameters.weightBits();
    List<int[]> state = TestParameters.stateBits(optimizer.state());
    for (float gradient : new float[] {1, 0, Float.NaN, Float.NEGATIVE_INFINITY}) {
      for (float scale : new float[] {1, Float.NaN, 0, Float.POSITIVE_INFINITY}) {
        parameters.setGradients(gradient);
        parameters.step(optimizer, 1, scale, 1);
        assertSame(parameters.weightBits(), weights);
        assertSame(TestParameters.stateBits(optimizer.state()), state);
      }
    }
    parameters.step(optimizer, 2);
    assertThat(differences(parameters.weightBits(), weights)).isGreaterThan(weights.size());
  }

  @ParameterizedTest
  @MethodSource("factories")
  void updatesGoOnAsIfTheSkippedOnesHadNotBeen(OptimizerFactory factory) {
    TestParameters others = new TestParameters(manager);
    Optimizer straight = factory.create(manager, parameters.list());
    Optimizer skipping = factory.create(manager, others.list());
    for (int step = 0; step < 5; step++) {
      parameters.step(straight, step);
      others.setGradients(Float.NaN);
      others.step(skipping, 1, Float.NaN, 1);
      others.step(skipping, step);
    }
    assertSame(others.weightBits(), parameters.weightBits());
  }

  @ParameterizedTest
  @MethodSource("factories")
  void aRestoredOptimizerContinuesToTheBit(OptimizerFactory factory) {
    Optimizer first = factory.create(manager, parameters.list());
    for (int step = 0; step < 5; step++) {
      parameters.step(first, step);
    }
    TestParameters others = new TestParameters(manager);
    Optimizer second = factory.create(manager, others.list());
    // Something to be overwritten, and an update after which arrays are still the same.
    Map<String, NDArray> state = second.state();
    others.step(second, 77);
    for (int i = 0; i < others.list().size(); i++) {
      float[] weight = parameters.list().get(i).weight().toFloatArray();
      others.set(others.list().get(i).weight(), weight);
    }
    first.state().forEach((name, array) -> others.set(state.get(name), array.toFloatArray()));
    for (int step = 5; step < 10; step++) {
      parameters.step(first, step);
      others.step(second, step);
    }
    assertSame(others.weightBits(), parameters.weightBits());
    assertSame(TestParameters.stateBits(state), TestParameters.stateBits(first.state()));
  }

  @ParameterizedTest
  @MethodSource("factories")
  void stateBeginsAsZerosInAnOrderThatStays(OptimizerFactory factory) {
    Optimizer optimizer = factory.create(manager, parameters.list());
    List<String> names = List.copyOf(optimizer.state().keySet());
    optimizer
        .state()
        .forEach(
            (name, array) -> {
              assertThat(array.getDataType()).isEqualTo(DataType.FLOAT32);
              assertThat(array.toFloatArray()).as(name).containsOnly(0);
            });
    Map<String, NDArray> before = new LinkedHashMap<>(optimizer.state());
    parameters.step(optimizer, 1);
    assertThat(optimizer.state().keySet()).containsExactlyElementsOf(names);
    assertThat(optimizer.state())
        .allSatisfy((name, array) -> assertThat(array).isSameAs(before.get(name)));
    assertThat(factory.create(manager, new TestParameters(manager).list()).state().keySet())
        .containsExactlyElementsOf(names);
  }

  @Test
  void stateIsNamedAsPyTorchNamesIt() {
    List<TrainedParameter> two = parameters.list().subList(0, 2);
    assertThat(AdamW.defaults().create(manager, two).state().keySet())
        .containsExactly(
            "step.wide",
            "exp_avg.wide",
            "exp_avg_sq.wide",
            "step.embedding",
            "exp_avg.embedding",
            "exp_avg_sq.embedding");
    assertThat(Muon.defaults().create(manager, two).state().keySet())
        .containsExactly(
            "momentum_buffer.wide", "step.embedding", "exp_avg.embedding", "exp_avg_sq.embedding");
    assertThat(Sgd.defaults().create(manager, two).state().keySet())
        .containsExactly("momentum_buffer.wide", "momentum_buffer.embedding");
    assertThat(Sgd.defaults().withMomentum(0, false).create(manager, two).state()).isEmpty();
  }

  @Test
  void stepsCountUpdatesThatWereMade() {
    Optimizer optimizer = AdamW.defaults().create(manager, parameters.list());
    for (int step = 0; step < 7; step++) {
      parameters.setGradients(step);
      parameters.step(optimizer, 1, 1, step % 3 == 0 ? 1 : 0);
    }
    assertThat(optimizer.state().get("step.wide").toFloatArray()).containsExactly(4);
    assertThat(optimizer.state().get("step.bias").toFloatArray()).containsExactly(4);
  }

  @ParameterizedTest
  @MethodSource("factories")
  void closingReleasesAllButTheParameters(OptimizerFactory factory) {
    int before = attached();
    Optimizer optimizer = factory.create(manager, parameters.list());
    parameters.step(optimizer, 1);
    List<NDArray> state = new ArrayList<>(optimizer.state().values());
    assertThat(attached()).isEqualTo(before + state.size());
    optimizer.close();
    assertThat(attached()).isEqualTo(before);
    assertThat(state).allMatch(array -> ((PtNDArray) array).isReleased());
    assertThat(parameters.weightBits()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("factories")
  void anEmptyListOfParametersIsNoTrouble(OptimizerFactory factory) {
    Optimizer optimizer = factory.create(manager, List.of());
    parameters.step(optimizer, 1);
    assertThat(optimizer.state()).isEmpty();
  }

  @Test
  void theSameNameTwiceIsRefused() {
    TrainedParameter parameter = parameters.list().get(0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AdamW.defaults().create(manager, List.of(parameter, parameter)))
        .withMessage("two parameters are named wide");
  }

  /** Returns how many arrays there are in the manager and those below it. */
  private int attached() {
    return ((PtNDManager) manager).getManagedArrays().size();
  }

  private void putNegativeZero(NDArray array) {
    float[] values = array.toFloatArray();
    values[0] = -0f;
    parameters.set(array, values);
  }

  private static void assertSame(List<int[]> actual, List<int[]> expected) {
    assertThat(differences(actual, expected)).isZero();
  }

  private static int differences(List<int[]> actual, List<int[]> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    int differences = 0;
    for (int i = 0; i < actual.size(); i++) {
      int[] a = actual.get(i);
      int[] b = expected.get(i);
      assertThat(a).hasSameSizeAs(b);
      for (int j = 0; j < a.length; j++) {
        differences += a[j] == b[j] ? 0 : 1;
      }
    }
    return differences;
  }
}
