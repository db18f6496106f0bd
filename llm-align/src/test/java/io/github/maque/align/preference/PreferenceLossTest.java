package io.github.maque.align.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.train.objective.MicroBatch;
import io.github.maque.train.objective.TokenLoss;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses and derivatives of recorded log-probabilities, beside the published formulas. */
class PreferenceLossTest {
  private static final int PAIRS = 60;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final PreferencePairs pairs = TestPairs.random(PAIRS, 3);
  private final PreferenceSequences sequences = PreferenceSequences.bestFit(pairs, 64, 0);
  private final double[][] reference = new double[2][PAIRS];

  @AfterEach
  void close() {
    manager.close();
  }

  /** The four sums, lengths, the loss and its derivatives by the policy's two, in doubles. */
  private static final class Naive {
    double chosen;
    double rejected;
    double referenceChosen;
    double referenceRejected;
    double chosenTokens;
    double rejectedTokens;
    double byChosen;
    double byRejected;

    double margin() {
      return chosen - rejected - (referenceChosen - referenceRejected);
    }

    void divide() {
      chosen /= chosenTokens;
      referenceChosen /= chosenTokens;
      rejected /= rejectedTokens;
      referenceRejected /= rejectedTokens;
    }

    void derivatives(double chosenOnes, double rejectedOnes) {
      byChosen = chosenOnes;
      byRejected = rejectedOnes;
    }
  }

  private static double sigmoid(double x) {
    return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
  }

  private static double negativeLogSigmoid(double x) {
    return Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.4})
  void dpoIsThePublishedFormula(double smoothing) {
    for (double beta : new double[] {0.05, 0.1, 1}) {
      require(
          objective(new Dpo(beta, smoothing)),
          1,
          pair -> {
            double x = beta * pair.margin();
            double d = beta * (smoothing * sigmoid(x) - (1 - smoothing) * sigmoid(-x));
            pair.derivatives(d, -d);
            return (1 - smoothing) * negativeLogSigmoid(x) + smoothing * negativeLogSigmoid(-x);
          });
    }
  }

  @Test
  void ipoIsThePublishedFormulaOnMeansOverTokens() {
    require(
        objective(new Ipo(0.3)),
        1,
        pair -> {
          pair.divide();
          double off = pair.margin() - 1 / 0.6;
          pair.derivatives(2 * off / pair.chosenTokens, -2 * off / pair.rejectedTokens);
          return off * off;
        });
  }

  @Test
  void hingeIsThePublishedFormula() {
    require(
        objective(new Hinge(0.2)),
        1,
        pair -> {
          double loss = 1 - 0.2 * pair.margin();
          double d = loss > 0 ? -0.2 : 0;
          pair.derivatives(d, -d);
          return Math.max(0, loss);
        });
  }

  @Test
  void simPoIsThePublishedFormula() {
    require(
        PreferenceObjective.builder(manager, sequences, new SimPo(2.5, 1.2)),
        1,
        pair -> {
          pair.divide();
          double x = 2.5 * (pair.chosen - pair.rejected) - 1.2;
          double d = -2.5 * sigmoid(-x);
          pair.derivatives(d / pair.chosenTokens, -d / pair.rejectedTokens);
          return negativeLogSigmoid(x);
        });
  }

  @Test
  void orpoIsThePublishedFormula() {
    require(
        PreferenceObjective.builder(manager, sequences, new Orpo(0.25)),
        -1,
        pair -> {
          pair.divide();
          double x =
              pair.chosen
                  - Math.log(-Math.expm1(pair.chosen))
                  - pair.rejected
                  + Math.log(-Math.expm1(pair.rejected));
          double d = -0.25 * sigmoid(-x);
          pair.derivatives(
              (d / -Math.expm1(pair.chosen) - 1) / pair.chosenTokens,
              -d / -Math.expm1(pair.rejected) / pair.rejectedTokens);
          return -pair.chosen + 0.25 * negativeLogSigmoid(x);
        });
  }

  @Test
  void lengthNormalizationDividesAndTheFineTuningTermIsAdded() {
    require(
        objective(new Dpo(0.7, 0.1)).lengthNormalized(true).sftWeight(0.3),
        1,
        pair -> {
          double nll = -pair.chosen / pair.chosenTokens;
          pair.divide();
          double x = 0.7 * pair.margin();
          double d = 0.7 * (0.1 * sigmoid(x) - 0.9 * sigmoid(-x));
          pair.derivatives((d - 0.3) / pair.chosenTokens, -d / pair.rejectedTokens);
          return 0.9 * negativeLogSigmoid(x) + 0.1 * negativeLogSigmoid(-x) + 0.3 * nll;
        });
  }

  @Test
  void aLossOfOnesOwnIsALambda() {
    PreferenceLoss own = logs -> logs.policyChosen().mul(logs.policyChosen());
    require(
        objective(own),
        1,
        pair -> {
          pair.derivatives(2 * pair.chosen, 0);
          return pair.chosen * pair.chosen;
        });
  }

  private PreferenceObjective.Builder objective(PreferenceLoss loss) {
    Random random = new Random(5);
    for (int pair = 0; pair < PAIRS; pair++) {
      for (double[] side : reference) {
        side[pair] = pair % 3 == 0 ? random.nextGaussian() : 0;
      }
    }
    return PreferenceObjective.builder(manager, sequences, loss)
        .reference(ReferenceLogProbabilities.of(pairs, reference[0], reference[1]));
  }

  /**
   * Compares for sums from below 1 to beyond ±200.
   *
   * @param sign of all log-probabilities, or 1 for both signs: ratios to a reference have both
   * @param formula returns the loss of a pair and sets its derivatives
   */
  private void require(
      PreferenceObjective.Builder builder, int sign, ToDoubleFunction<Naive> formula) {
    PreferenceObjective objective = builder.build();
    TestPairs.withRows(
        manager,
        sequences,
        rows -> {
          float[] logs = randomLogs(rows, sign);
          float[] expected = new float[logs.length];
          double loss = naive(rows, logs, formula, expected);
          TokenLoss found = objective.loss(rows, asArray(rows, logs));
          assertThat((double) found.loss().toFloatArray()[0])
              .isCloseTo(loss, org.assertj.core.api.Assertions.within(1e-6 * Math.abs(loss)));
          float[] derivatives = found.derivatives().toFloatArray();
          for (int at = 0; at < expected.length; at++) {
            assertThat((double) derivatives[at])
                .as("derivative at %d", at)
                .isCloseTo(
                    expected[at],
                    org.assertj.core.api.Assertions.within(1e-6 * Math.abs(expected[at]) + 1e-37));
          }
        });
  }

  /** Small, middle and large ones; not a number where nothing counts. */
  private static float[] randomLogs(MicroBatch rows, int sign) {
    Random random = new Random(11);
    float[] weights = rows.lossWeights().toFloatArray();
    float[] logs = new float[weights.length];
    double scale = 1;
    double bias = 0;
    for (int at = 0; at < logs.length; at++) {
      if (weights[at] == 0) {
        logs[at] = Float.NaN;
        scale = Math.pow(10, random.nextInt(4) - 2);
        bias = random.nextInt(6) == 0 ? (random.nextBoolean() ? 80 : -80) : 0;
      } else {
        double value = scale * random.nextGaussian() + bias;
        logs[at] = (float) (sign < 0 ? -Math.abs(value) - 1e-3 : value);
      }
    }
    return logs;
  }

  private NDArray asArray(MicroBatch rows, float[] logs) {
    return rows.manager().create(logs, rows.targets().getShape());
  }

  /** Returns the sum of the losses, and fills in what tokens' derivatives should be. */
  private double naive(
      MicroBatch rows, float[] logs, ToDoubleFunction<Naive> formula, float[] derivatives) {
    double loss = 0;
    int begin = 0;
    for (int row = 0; row < rows.rows(); row++) {
      int at = row * sequences.length();
      for (int pair : sequences.pairs((long) row)) {
        int middle = at + pairs.chosen(pair).size();
        int end = middle + pairs.rejected(pair).size();
        Naive naive = new Naive();
        naive.chosenTokens = pairs.chosen(pair).learnedTokens();
        naive.rejectedTokens = pairs.rejected(pair).learnedTokens();
        naive.chosen = sum(logs, at, middle);
        naive.rejected = sum(logs, middle, end);
        naive.referenceChosen = reference[0][pair];
        naive.referenceRejected = reference[1][pair];
        loss += formula.applyAsDouble(naive);
        for (int place = at; place < end; place++) {
          double d = place < middle ? naive.byChosen : naive.byRejected;
          derivatives[place] = Float.isNaN(logs[place]) ? 0 : (float) d;
        }
        at = end;
        begin++;
      }
    }
    assertThat(begin).isEqualTo(PAIRS);
    return loss;
  }

  private static double sum(float[] logs, int from, int to) {
    double sum = 0;
    for (int at = from; at < to; at++) {
      sum += Float.isNaN(logs[at]) ? 0 : logs[at];
    }
    return sum;
  }

  @Test
  void numbersOutOfRangeAreRefusedByName() {
    Map<Runnable, String> refused =
        Map.of(
            () -> new Dpo(0), "beta must be above 0 and finite, got 0.0",
            () -> new Dpo(0.1, 0.5), "labelSmoothing must be at least 0 and less than 0.5, got 0.5",
            () -> new Ipo(Double.NaN), "beta must be above 0 and finite, got NaN",
            () -> new Hinge(-1), "beta must be above 0 and finite, got -1.0",
            () -> new SimPo(1, -0.5), "gamma must be at least 0 and finite, got -0.5",
            () -> new Orpo(0), "lambda must be above 0 and finite, got 0.0");
    refused.forEach(
        (task, message) ->
            assertThatIllegalArgumentException().isThrownBy(task::run).withMessage(message));
  }
}
