package io.github.maque.align.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.align.preference.EarlyWarning.Action;
import io.github.maque.align.preference.EarlyWarning.Better;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.StepMetrics;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class EarlyWarningTest {
  private static void step(EarlyWarning warning, long step, double logRatio, boolean skipped) {
    warning.stepped(
        new StepMetrics(
            step, 0, 1, 1e-3, 1, skipped, 1, 1, 1, 1, 0, Map.of("log_ratios/chosen", logRatio)));
  }

  private static void evaluate(
      EarlyWarning warning, long step, double loss, Map<String, Double> figures) {
    warning.evaluated(
        new Evaluation(
            step,
            loss,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            1,
            false,
            0,
            figures,
            List.of()));
  }

  @Test
  void collapseIsJudgedByTheMeanOfTheLastUpdates() {
    EarlyWarning warning = EarlyWarning.builder().chosenCollapse(0.5).window(4).build();
    for (int step = 1; step <= 3; step++) {
      step(warning, step, -9, false); // Too few to judge.
    }
    step(warning, 4, 26, false);
    assertThat(warning.reason()).isEmpty();
    step(warning, 5, 17, false); // Mean 6.25 of −9, −9, 26, 17.
    step(warning, 6, -100, true); // Left out.
    assertThat(warning.reason()).isEmpty();
    step(warning, 7, -37, false); // Mean −0.75 of −9, 26, 17, −37.
    assertThat(warning.reason())
        .hasValueSatisfying(
            reason ->
                assertThat(reason).startsWith("step 7").contains("0.7500").contains("0.5000"));
  }

  @Test
  void collapseOnHeldOutPairsAndNotANumberAreFound() {
    EarlyWarning warning = EarlyWarning.builder().chosenCollapse(0.5).build();
    evaluate(warning, 1, 1, Map.of("log_ratios/chosen", -0.4));
    assertThat(warning.reason()).isEmpty();
    evaluate(warning, 2, 1, Map.of("log_ratios/chosen", Double.NaN));
    assertThat(warning.reason()).isPresent();
  }

  @Test
  void divergenceBeyondTheBoundIsFound() {
    EarlyWarning warning = EarlyWarning.builder().divergence(PolicySamples.DIVERGENCE, 0.3).build();
    evaluate(warning, 1, 1, Map.of("samples/kl", 0.29));
    evaluate(warning, 2, 1, Map.of());
    assertThat(warning.reason()).isEmpty();
    evaluate(warning, 3, 1, Map.of("samples/kl", 0.31));
    assertThat(warning.reason())
        .hasValueSatisfying(reason -> assertThat(reason).contains("samples/kl is 0.3100"));
  }

  @Test
  void qualityMustBeWorseForAsManyEvaluationsInARowAsPatienceSays() {
    EarlyWarning warning =
        EarlyWarning.builder().heldOut("score", Better.HIGHER, 0.1).patience(2).build();
    double[] scores = {1.0, 0.89, 0.91, 0.89, 0.95, 0.5};
    for (int i = 0; i < scores.length; i++) {
      evaluate(warning, i, 1, Map.of("score", scores[i]));
      assertThat(warning.reason()).isEmpty();
    }
    evaluate(warning, 9, 1, Map.of("score", 0.8));
    assertThat(warning.reason())
        .hasValueSatisfying(
            reason -> assertThat(reason).contains("score was 1.000 at best and is 0.8000"));
  }

  @Test
  void aLossIsWorseWhenItIsHigher() {
    EarlyWarning warning =
        EarlyWarning.builder()
            .heldOut(EarlyWarning.LOSS, Better.LOWER, 0.1)
            .patience(1)
            .action(Action.WARN)
            .build();
    evaluate(warning, 0, 4, Map.of());
    evaluate(warning, 1, 2, Map.of());
    evaluate(warning, 2, 2.19, Map.of());
    assertThat(warning.findings()).isEmpty();
    evaluate(warning, 3, 2.21, Map.of());
    evaluate(warning, 4, 2.5, Map.of());
    assertThat(warning.findings()).singleElement().asString().startsWith("step 3");
    assertThat(warning.reason()).isEmpty();
  }

  /** Before the first update no reward differs from the other, and the accuracy is 0. */
  @Test
  void anAccuracyThatBeginsAtZeroIsJudgedByItsBestValue() {
    EarlyWarning warning =
        EarlyWarning.builder().heldOut("rewards/accuracies", Better.HIGHER, 0.1).build();
    double[] accuracies = {0, 0.5, 0.8, 0.75, 0.71, 0.73};
    for (int i = 0; i < accuracies.length; i++) {
      evaluate(warning, i, 1, Map.of("rewards/accuracies", accuracies[i]));
      assertThat(warning.reason()).isEmpty();
    }
    evaluate(warning, 6, 1, Map.of("rewards/accuracies", 0.6));
    evaluate(warning, 7, 1, Map.of("rewards/accuracies", 0.5));
    assertThat(warning.reason()).hasValueSatisfying(reason -> assertThat(reason).contains("0.8"));
  }

  @Test
  void aQualityThatIsNoNumberIsWorse() {
    EarlyWarning warning = EarlyWarning.builder().heldOut("score", Better.HIGHER, 0.1).build();
    evaluate(warning, 0, 1, Map.of("score", Double.NaN));
    evaluate(warning, 1, 1, Map.of("score", Double.NaN));
    assertThat(warning.reason()).isPresent();
  }

  @Test
  void onlyWhatIsAskedForIsJudged() {
    EarlyWarning warning = EarlyWarning.builder().divergence(PolicySamples.DIVERGENCE, 0.3).build();
    evaluate(warning, 1, 1, Map.of("samples/kl", 0.1, "log_ratios/chosen", Double.NaN));
    step(warning, 1, Double.NaN, false);
    assertThat(warning.findings()).isEmpty();
  }

  @Test
  void nothingToWatchIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EarlyWarning.builder().patience(3).build())
        .withMessageContaining("nothing is watched");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EarlyWarning.builder().patience(0))
        .withMessage("patience must be at least 1, got 0");
  }
}
