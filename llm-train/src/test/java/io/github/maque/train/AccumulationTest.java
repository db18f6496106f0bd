package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import io.github.maque.train.objective.HiddenLoss;
import io.github.maque.train.objective.HiddenObjective;
import io.github.maque.train.objective.NextToken;
import io.github.maque.train.objective.Objective;
import io.github.maque.train.objective.TokenLoss;
import io.github.maque.train.objective.TokenObjective;
import io.github.maque.train.optimizer.TrainedParameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loss and the gradients of a step, whatever the rows that are computed at once. */
class AccumulationTest {
  private static final int ROWS = 16;

  /** Cross-entropy, as a user would write it. */
  private static final TokenObjective TOKENS =
      (batch, logProbabilities) -> {
        NDArray weights = batch.lossWeights();
        return new TokenLoss(
            weights.mul(logProbabilities).sum().neg(),
            weights.neg(),
            Map.of("log_probability", weights.mul(logProbabilities).sum()));
      };

  /** Half the squares of hidden states. */
  private static final HiddenObjective HIDDEN =
      (batch, hidden) -> {
        NDArray weights = batch.lossWeights().expandDims(2);
        return new HiddenLoss(weights.mul(hidden.square()).sum().mul(0.5f), weights.mul(hidden));
      };

  /** A loss over the step, and its gradients by parameter. */
  private record Result(double loss, Map<String, Double> metrics, Map<String, float[]> gradients) {}

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Decoder decoder = TestDecoders.create(manager);
  private final BatchStream batches =
      BatchStream.of(new RaggedSequences(TestDecoders.TOKENS, TestDecoders.LENGTH, 64))
          .batchSize(ROWS)
          .prefetch(0)
          .open();
  private final Batch batch = Objects.requireNonNull(batches.next());

  @AfterEach
  void close() {
    batch.close();
    batches.close();
    manager.close();
  }

  private Result result(Objective objective, int rows, Checkpointing checkpointing) {
    TrainingOptions options =
        TrainingOptions.defaults().withObjective(objective).withCheckpointing(checkpointing);
    try (NDManager scope = manager.newSubManager()) {
      List<TrainedParameter> parameters = TrainedParameters.of(decoder, scope, List.of());
      try (TrainingStep step = new TrainingStep(scope, decoder, parameters, options)) {
        TrainingStep.Sums sums = step.accumulate(scope, batch, ROWS, 1, rows);
        Map<String, float[]> gradients = new LinkedHashMap<>();
        parameters.forEach(each -> gradients.put(each.name(), each.gradient().toFloatArray()));
        Map<String, Double> metrics = new LinkedHashMap<>();
        sums.metrics()
            .forEach((name, sum) -> metrics.put(name, sum.toDoubleArray()[0] * sums.inverse()));
        return new Result(sums.loss().toDoubleArray()[0] * sums.inverse(), metrics, gradients);
      }
    }
  }

  private Result result(Objective objective, int rows) {
    return result(objective, rows, Checkpointing.none());
  }

  private static void assertClose(Result found, Result expected, double relative) {
    assertThat(found.loss()).isCloseTo(expected.loss(), within(relative * expected.loss()));
    expected
        .metrics()
        .forEach(
            (name, value) ->
                assertThat(found.metrics().get(name))
                    .isCloseTo(value, within(relative * Math.abs(value))));
    expected
        .gradients()
        .forEach(
            (name, gradient) ->
                assertThat(distance(found.gradients().get(name), gradient))
                    .as(name)
                    .isLessThanOrEqualTo(
                        relative * distance(gradient, new float[gradient.length])));
  }

  private static double distance(float[] left, float[] right) {
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += Math.pow((double) left[i] - right[i], 2);
    }
    return Math.sqrt(sum);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 5})
  void doesNotDependOnRowsAtOnce(int rows) {
    for (Objective objective : List.of(new NextToken(), new NextToken(0.1, 1e-2), TOKENS, HIDDEN)) {
      assertClose(result(objective, rows), result(objective, ROWS), 1e-5);
    }
  }

  @Test
  void doesNotDependOnWhatIsKept() {
    Result kept = result(new NextToken(), 4);
    for (Checkpointing checkpointing :
        List.of(Checkpointing.everyLayer(), Checkpointing.every(2), Checkpointing.within(1))) {
      assertClose(result(new NextToken(), 4, checkpointing), kept, 0);
    }
  }

  @Test
  void crossEntropyIsATokenObjective() {
    Result ours = result(new NextToken(), 4);
    Result users = result(TOKENS, 4);
    assertThat(users.metrics().get("log_probability")).isCloseTo(-users.loss(), within(1e-12));
    assertClose(
        new Result(users.loss(), Map.of(), users.gradients()),
        new Result(ours.loss(), Map.of(), ours.gradients()),
        1e-6);
  }

  @Test
  void lossIsWhatTheFormulaSays() {
    for (NextToken objective :
        List.of(
            new NextToken(),
            new NextToken(0.2, 0),
            new NextToken(0, 0.05),
            new NextToken(0.1, 0.01))) {
      double naive = naive(objective);
      assertThat(result(objective, 5).loss()).isCloseTo(naive, within(2e-6 * naive));
    }
  }

  /** Returns the loss by its formula, from the logits of each row alone. */
  private double naive(NextToken objective) {
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      float[] logits = logits(row);
      for (int place = 0; place < TestDecoders.LENGTH; place++) {
        int at = row * TestDecoders.LENGTH + place;
        double weight = batch.lossWeights().asFloatBuffer().get(at);
        if (weight > 0) {
          int target = batch.targets().asIntBuffer().get(at);
          sum += weight * naive(objective, logits, place * TestDecoders.TOKENS, target);
        }
      }
    }
    return sum / batch.lossWeightSum();
  }

  private static double naive(NextToken objective, float[] logits, int from, int target) {
    double exponentials = 0;
    double mean = 0;
    for (int token = 0; token < TestDecoders.TOKENS; token++) {
      exponentials += Math.exp(logits[from + token]);
      mean += (double) logits[from + token] / TestDecoders.TOKENS;
    }
    double logSum = Math.log(exponentials);
    double smoothing = objective.labelSmoothing();
    return (1 - smoothing) * (logSum - logits[from + target])
        + smoothing * (logSum - mean)
        + objective.zLoss() * logSum * logSum;
  }

  private float[] logits(int row) {
    int length = TestDecoders.LENGTH;
    int[] ids = new int[length];
    int[] positions = new int[length];
    int[] segments = new int[length];
    batch.ids().asIntBuffer().get(row * length, ids);
    batch.positions().asIntBuffer().get(row * length, positions);
    batch.segments().asIntBuffer().get(row * length, segments);
    try (NDManager scope = manager.newSubManager()) {
      DecoderInput input =
          DecoderInput.of(
              scope.create(ids).reshape(1, length),
              scope.create(positions).reshape(1, length),
              scope.create(segments).reshape(1, length));
      return decoder.logits(scope, input).toFloatArray();
    }
  }

  /** A step along the gradient changes the loss by as much as the gradient is long. */
  @Test
  void gradientIsThatOfTheLoss() {
    for (Objective objective : List.of(new NextToken(0.1, 0.01), TOKENS, HIDDEN)) {
      Result here = result(objective, 4);
      double squares =
          here.gradients().values().stream()
              .mapToDouble(gradient -> Math.pow(distance(gradient, new float[gradient.length]), 2))
              .sum();
      double size = 2e-3 / Math.sqrt(squares);
      move(here.gradients(), size);
      double up = result(objective, 4).loss();
      move(here.gradients(), -2 * size);
      double down = result(objective, 4).loss();
      move(here.gradients(), size);
      assertThat((up - down) / (2 * size)).isCloseTo(squares, within(1e-3 * squares));
    }
  }

  private void move(Map<String, float[]> direction, double size) {
    for (Map.Entry<String, Parameter> entry : decoder.parametersByName().entrySet()) {
      NDArray weight = entry.getValue().getArray();
      float[] values = weight.toFloatArray();
      float[] change = direction.get(entry.getKey());
      for (int i = 0; i < values.length; i++) {
        values[i] += (float) (size * change[i]);
      }
      TestDecoders.assign(weight, values);
    }
  }
}
