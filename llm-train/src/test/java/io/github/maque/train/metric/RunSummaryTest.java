package io.github.maque.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RunSummaryTest {
  @Test
  void nothingIsKnownOfARunThatHasNotBegun() {
    RunSummary summary = RunSummary.of(RunHistory.EMPTY);
    assertThat(summary.step()).isZero();
    assertThat(summary.plannedSteps()).isEmpty();
    assertThat(summary.trainingLoss()).isEmpty();
    assertThat(summary.tokensPerSecond()).isNaN();
    assertThat(summary.best()).isEmpty();
    assertThat(summary.figures()).isEmpty();
  }

  /** Step n has the loss n, and each tenth was left out, with a loss that says nothing. */
  @Test
  void trainingLossIsTheMeanOfTheLastUpdatesThatWereMade() {
    HistoryRecorder run = new HistoryRecorder();
    run.started(Runs.description(1));
    for (int step = 1; step <= 100; step++) {
      boolean skipped = step % 10 == 0;
      run.stepped(Runs.step(step, skipped ? 1e6 : step, skipped));
    }
    RunSummary summary = RunSummary.of(run.history());
    // 81 to 99 without 90.
    double sum = 0;
    for (int step = 81; step <= 99; step++) {
      sum += step == 90 ? 0 : step;
    }
    assertThat(summary.lossSteps()).isEqualTo(20);
    assertThat(summary.trainingLoss().orElseThrow()).isCloseTo(sum / 18, within(1e-12));
    assertThat(summary.skipped()).isEqualTo(10);
    assertThat(summary.plannedSteps()).hasValue(100);
    assertThat(summary.tokens()).isEqualTo(100_000);
    assertThat(summary.seconds()).isCloseTo(25, within(1e-9));
  }

  @Test
  void speedIsTheMedianSoThatASlowBeginningSaysNothing() {
    HistoryRecorder run = new HistoryRecorder();
    for (int step = 1; step <= 5; step++) {
      run.stepped(
          new StepMetrics(
              step, step, 1, 1, 1, false, 1, 1, step < 3 ? 1 : 100 + step, 0.5, step, Map.of()));
    }
    RunSummary summary = RunSummary.of(run.history());
    assertThat(summary.tokensPerSecond()).isEqualTo(103);
    assertThat(summary.utilization()).isEqualTo(0.5);
    assertThat(summary.memoryBytes()).isEqualTo(5);
  }

  @Test
  void evaluationsWithoutALossAreNoBestAndNoLastOnes() {
    HistoryRecorder run = new HistoryRecorder();
    run.evaluated(evaluation(1, 3, Map.of("x", 1.0)));
    run.evaluated(evaluation(2, 2, Map.of("x", Double.NaN)));
    run.evaluated(evaluation(3, 2.5, Map.of("x", 4.0)));
    run.evaluated(evaluation(4, Double.NaN, Map.of("y", 5.0)));
    RunSummary summary = RunSummary.of(run.history());
    assertThat(summary.best().orElseThrow().step()).isEqualTo(2);
    assertThat(summary.last().orElseThrow().step()).isEqualTo(3);
    OptionalDouble none = OptionalDouble.empty();
    assertThat(summary.figures())
        .containsExactly(
            new RunSummary.Figure("x", none, OptionalDouble.of(1), OptionalDouble.of(4)),
            new RunSummary.Figure("y", none, OptionalDouble.of(5), OptionalDouble.of(5)));
  }

  private static Evaluation evaluation(long step, double loss, Map<String, Double> figures) {
    return new Evaluation(
        step,
        loss,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        1,
        false,
        1,
        figures,
        List.of());
  }
}
