package io.github.maque.examples.starters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.maque.data.pack.Sequences;
import io.github.maque.examples.starters.CustomObjective.FocalLoss;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.RunHistory;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.objective.MicroBatch;
import io.github.maque.train.objective.NextToken;
import io.github.maque.train.objective.TokenLoss;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CustomObjectiveTest {
  private static final double[] PROBABILITIES = {0.001, 0.2, 0.5, 0.9, 0.75, 0.3};
  private static final float[] WEIGHTS = {1, 0.5f, 1, 2, 0, 1};

  @ParameterizedTest
  @ValueSource(doubles = {1, 1.5, 2, 5})
  void isTheClosedFormWithItsDerivative(double gamma) {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      float[] logs = new float[PROBABILITIES.length];
      for (int i = 0; i < logs.length; i++) {
        logs[i] = (float) Math.log(PROBABILITIES[i]);
      }
      Shape shape = new Shape(2, 3);
      MicroBatch batch =
          new MicroBatch(
              manager, null, 0, 2, null, null, manager.create(WEIGHTS, shape), Optional.empty());

      TokenLoss found = new FocalLoss(gamma).loss(batch, manager.create(logs, shape));

      double sum = 0;
      float[] derivatives = found.derivatives().toFloatArray();
      for (int i = 0; i < logs.length; i++) {
        sum += WEIGHTS[i] * focal(logs[i], gamma);
        double slope = (focal(logs[i] + 1e-6, gamma) - focal(logs[i] - 1e-6, gamma)) / 2e-6;
        assertThat((double) derivatives[i]).isCloseTo(WEIGHTS[i] * slope, within(1e-5));
      }
      assertThat((double) found.loss().getFloat()).isCloseTo(sum, within(1e-5));
      assertThat(found.derivatives().getShape()).isEqualTo(shape);
    }
  }

  private static double focal(double log, double gamma) {
    return -Math.pow(1 - Math.exp(log), gamma) * log;
  }

  /** Both begin as the same model, on whose held-out loss they are agreed. */
  @Test
  void lowersCrossEntropyToo() throws IOException {
    List<String> stories = MadeUpData.stories(60);
    Tokenizer tokenizer = MadeUpData.tokenizer(stories, 400);
    Sequences training = PretrainInTwentyLines.inMemory(stories, tokenizer, 64);
    Sequences heldOut = PretrainInTwentyLines.inMemory(MadeUpData.heldOutStories(5), tokenizer, 64);

    RunHistory plain =
        CustomObjective.train(new NextToken(), tokenizer, training, heldOut, 4).history();
    RunHistory focal =
        CustomObjective.train(new FocalLoss(2), tokenizer, training, heldOut, 20).history();

    List<Double> losses = focal.evaluations().stream().map(Evaluation::loss).toList();
    assertThat(losses.get(0)).isEqualTo(plain.evaluations().get(0).loss());
    assertThat(losses.get(losses.size() - 1)).isLessThan(losses.get(0) - 0.5);
    StepMetrics first = focal.steps().get(0);
    assertThat(first.loss()).isLessThan(plain.steps().get(0).loss());
    assertThat(first.others().get("probability")).isBetween(0.0, 0.01);
    assertThat(focal.steps().get(19).others().get("probability"))
        .isGreaterThan(first.others().get("probability"));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.9, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAnExponentWhoseDerivativeHasNoEnd(double gamma) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FocalLoss(gamma))
        .withMessageContaining("gamma");
  }
}
