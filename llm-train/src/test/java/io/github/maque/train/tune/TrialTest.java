package io.github.maque.train.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Constant;
import io.github.maque.train.schedule.Horizon;
import io.github.maque.train.schedule.Linear;
import io.github.maque.train.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrialTest {
  @Test
  void smoothedLossIsTheWeightedMeanOfThoseBefore() {
    List<Double> losses = List.of(4.0, 1.0, 3.0, 2.0, 5.0, 0.5);
    List<Double> smoothed = new Trial(1, 0, 200, losses, false).smoothed();
    double kept = 0.9; // looks back over 200 / 20 updates
    for (int at = 0; at < losses.size(); at++) {
      double sum = 0;
      double weights = 0;
      for (int i = 0; i <= at; i++) {
        double weight = Math.pow(kept, at - i);
        sum += weight * losses.get(i);
        weights += weight;
      }
      assertThat(smoothed.get(at)).isCloseTo(sum / weights, within(1e-12));
    }
  }

  @ParameterizedTest
  @CsvSource({"4, false", "4.3, false", "4.6, true", "NaN, true", "Infinity, true"})
  void lossAboveTheFirstOneOrNoNumberIsDivergence(double last, boolean diverged) {
    LossAverage average = new LossAverage(100);
    average.add(4);
    assertThat(average.diverged()).isFalse();
    for (int i = 0; i < 50; i++) {
      average.add(last);
    }
    assertThat(average.diverged()).isEqualTo(diverged);
  }

  @Test
  void shrunkScheduleHasTheFormOfTheWhole() {
    Horizon run = new Horizon(10_000, 64);
    Horizon trial = new Horizon(100, 64);
    Schedule shrunk = new TrialSchedule(Linear.defaults(), run);
    assertThat(shrunk.factor(0, trial)).isEqualTo(0.1);
    assertThat(shrunk.factor(4, trial)).isEqualTo(0.5);
    for (int step = 10; step < 100; step++) {
      // A line to 0 after a warm-up of 2 %, looked at in the middle of each hundred updates.
      double there = 1 - ((step + 0.5) / 100 - 0.02) / 0.98;
      assertThat(shrunk.factor(step, trial)).isCloseTo(there, within(1e-3));
    }
    // A warm-up of more updates than a trial has fits, too.
    Schedule slow = new TrialSchedule(new Constant(Amount.ofSteps(5_000)), run);
    assertThat(slow.factor(24, trial)).isCloseTo(0.49, within(1e-3));
    assertThat(slow.factor(99, trial)).isEqualTo(1);
  }

  @Test
  void ratesAreInEqualRatiosAndHaveThreeDigits() {
    assertThat(new RateRange(1e-4, 1e-2).spaced(5))
        .containsExactly(1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2);
    assertThat(new RateRange(1.2345e-4, 1e-2).spaced(3)[0]).isEqualTo(1.2345e-4);
  }

  @ParameterizedTest
  @CsvSource({
    "1e-4..3e-2, 1e-4, 3e-2, 1e-4..3e-2",
    "0.0005 .. 0.02, 5e-4, 2e-2, 5e-4..2e-2",
    "1e-10..12.5, 1e-10, 12.5, 1e-10..1.25e1"
  })
  void rangeIsReadAndTold(String text, double lowest, double highest, String told) {
    RateRange range = RateRange.parse(text);
    assertThat(range).isEqualTo(new RateRange(lowest, highest)).hasToString(told);
    assertThat(RateRange.parse(told)).isEqualTo(range);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1e-3", "1e-3..", "a..b", "1e-3..1e-4", "0..1", "1e-3..Infinity"})
  void otherTextIsNoRange(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RateRange.parse(text))
        .withMessageStartingWith("rates must be");
  }

  @Test
  void rangeTestFindsSlopeAndValueOfALine() {
    List<Double> rates = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      rates.add(1e-4 * Math.pow(1.1, i));
      losses.add(3 - 0.25 * Math.log(rates.get(i)));
    }
    losses.set(59, Double.NaN);
    List<RangeTestPoint> points = RangeTestPoint.of(rates, losses, 60);
    assertThat(points).hasSize(59);
    for (RangeTestPoint point : points) {
      assertThat(point.slope()).isCloseTo(-0.25, within(1e-9));
      assertThat(point.smoothed()).isCloseTo(point.loss(), within(1e-9));
    }
  }
}
