package io.github.maque.train.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
  private static final Amount WARMUP = Amount.ofSteps(4);
  private static final Horizon TEN = new Horizon(10, 1);

  /** Factors of ten updates, worked out by hand; those after the run follow in the last place. */
  static Stream<Arguments> tables() {
    double wave = Math.sqrt(3) / 2; // cos(π / 6)
    return Stream.of(
        table(new Constant(WARMUP), 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1, 1),
        table(new Constant(Amount.ofSteps(0)), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
        table(
            new Linear(WARMUP, 0.4),
            new double[] {0.25, 0.5, 0.75, 1, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4}),
        table(
            new Linear(Amount.ofFraction(0), 0),
            new double[] {1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0}),
        table(
            new Cosine(WARMUP, 0),
            new double[] {
              0.25, 0.5, 0.75, 1, 1, (1 + wave) / 2, 0.75, 0.5, 0.25, (1 - wave) / 2, 0
            }),
        table(
            new Cosine(Amount.ofFraction(0.4), 0.2),
            new double[] {
              0.25, 0.5, 0.75, 1, 1, 0.6 + 0.4 * wave, 0.8, 0.6, 0.4, 0.6 - 0.4 * wave, 0.2
            }),
        table(
            new WarmupStableDecay(WARMUP, Amount.ofFraction(0.4), 0.2),
            new double[] {0.25, 0.5, 0.75, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2}),
        table(
            new WarmupStableDecay(Amount.ofSteps(5), Amount.ofSteps(5), 0),
            new double[] {0.2, 0.4, 0.6, 0.8, 1, 1, 0.8, 0.6, 0.4, 0.2, 0}),
        table(
            new InverseSquareRoot(WARMUP),
            new double[] {
              0.25,
              0.5,
              0.75,
              1,
              0.894427191,
              0.8164965809,
              0.755928946,
              0.7071067812,
              2 / 3.0,
              0.632455532,
              0.6030226892
            }));
  }

  private static Arguments table(Schedule schedule, double... factors) {
    return Arguments.of(schedule, factors);
  }

  @ParameterizedTest
  @MethodSource("tables")
  void factorsAreThoseOfTheTable(Schedule schedule, double[] factors) {
    for (int step = 0; step < factors.length; step++) {
      assertThat(schedule.factor(step, TEN))
          .as("step %d", step)
          .isCloseTo(factors[step], within(1e-10));
    }
  }

  static Stream<Function<Amount, Schedule>> kinds() {
    return Stream.of(
        Constant::new,
        warmup -> new Linear(warmup, 0.1),
        warmup -> new Cosine(warmup, 0.3),
        warmup -> new WarmupStableDecay(warmup, Amount.ofFraction(0.25), 0.2),
        InverseSquareRoot::new);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void equalAmountsMakeEqualWarmups(Function<Amount, Schedule> kind) {
    Horizon horizon = new Horizon(300, 512);
    Schedule steps = kind.apply(Amount.ofSteps(21));
    Schedule tokens = kind.apply(Amount.ofTokens(21 * 512));
    Schedule fraction = kind.apply(Amount.ofFraction(0.07));
    for (int step = 0; step <= 300; step++) {
      double factor = steps.factor(step, horizon);
      assertThat(tokens.factor(step, horizon)).isEqualTo(factor);
      assertThat(fraction.factor(step, horizon)).isEqualTo(factor);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void factorsGrowToOneAndFallWithoutJumpsAndAreNeverZero(Function<Amount, Schedule> kind) {
    for (int steps : new int[] {1, 2, 3, 17, 100, 1000}) {
      for (int warmup : new int[] {0, 1, steps / 3, steps / 2}) {
        Horizon horizon = new Horizon(steps, 1);
        Schedule schedule = kind.apply(Amount.ofSteps(warmup));
        double shortest =
            Math.max(1, Math.min(warmup == 0 ? steps : warmup, Math.floor(steps / 4.0)));
        double steepest =
            schedule instanceof InverseSquareRoot && warmup < 2 ? 0.3 : 1.6 / shortest;
        double highest = 0;
        for (int step = 0; step < steps; step++) {
          double factor = schedule.factor(step, horizon);
          double next = schedule.factor(step + 1, horizon);
          assertThat(factor).isGreaterThan(0).isLessThanOrEqualTo(1);
          assertThat(next - factor).isBetween(-steepest, step < warmup ? steepest : 0);
          highest = Math.max(highest, factor);
        }
        assertThat(highest).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.3, 1})
  void theDecayReachesTheFinalFactorAtTheEndOfTheRun(double end) {
    for (Schedule schedule :
        List.of(
            new Linear(WARMUP, end),
            new Cosine(WARMUP, end),
            new WarmupStableDecay(WARMUP, WARMUP, end))) {
      for (int steps : new int[] {8, 100, 12345}) {
        Horizon horizon = new Horizon(steps, 1);
        assertThat(schedule.factor(steps, horizon)).isEqualTo(end);
        assertThat(schedule.factor(steps + 10, horizon)).isEqualTo(end);
        double slope = schedule instanceof Cosine ? 1.6 / (steps - 4) : (1 - end) / 4;
        assertThat(schedule.factor(steps - 1, horizon)).isCloseTo(end, within(slope + 1e-12));
      }
    }
  }

  @Test
  void defaultsFitAnyRunAndTrainInIt() {
    for (int steps = 1; steps <= 200; steps++) {
      Horizon horizon = new Horizon(steps, 7);
      for (Schedule schedule :
          List.of(
              Constant.defaults(),
              Linear.defaults(),
              Cosine.defaults(),
              WarmupStableDecay.defaults(),
              InverseSquareRoot.defaults())) {
        schedule.requireFits(horizon);
        assertThat(schedule.factor(0, horizon)).isGreaterThan(0);
        assertThat(schedule.factor(steps - 1, horizon)).isGreaterThan(0);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aWarmupLongerThanTheRunIsRefused(Function<Amount, Schedule> kind) {
    Schedule schedule = kind.apply(Amount.ofTokens(2200));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> schedule.requireFits(new Horizon(10, 200)))
        .withMessage(
            "warmup must not be longer than the run of 10 steps, got 2200 tokens, which are 11 steps");
    assertThatIllegalArgumentException().isThrownBy(() -> schedule.factor(0, new Horizon(10, 200)));
  }

  @Test
  void aWarmupMayTakeAllOfTheRun() {
    Schedule schedule = new Cosine(Amount.ofFraction(1), 0);
    assertThat(schedule.factor(9, TEN)).isEqualTo(1);
    assertThat(schedule.factor(4, TEN)).isEqualTo(0.5);
  }

  @Test
  void warmupAndDecayFitTogetherOrAreRefused() {
    Horizon three = new Horizon(3, 1);
    Amount half = Amount.ofFraction(0.5);
    assertThatCode(() -> new WarmupStableDecay(half, half, 0).requireFits(three))
        .doesNotThrowAnyException();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WarmupStableDecay(WARMUP, Amount.ofFraction(0.7), 0).requireFits(TEN))
        .withMessage(
            "warmup and decay must not be longer than the run of 10 steps, got 4 steps and 70%,"
                + " which are 11 steps");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WarmupStableDecay(WARMUP, Amount.ofSteps(11), 0).requireFits(TEN))
        .withMessageStartingWith("decay must not be longer than the run of 10 steps");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void finalFactorsOutsideOfZeroToOneAreRefused(double factor) {
    Amount amount = Amount.ofSteps(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Linear(amount, factor))
        .withMessage("finalFactor must be 0 to 1, got " + factor);
    assertThatIllegalArgumentException().isThrownBy(() -> new Cosine(amount, factor));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new WarmupStableDecay(amount, amount, factor));
  }

  @Test
  void aLambdaIsASchedule() {
    Schedule half = (step, horizon) -> 0.5;
    half.requireFits(TEN);
    assertThat(half.factor(3, TEN)).isEqualTo(0.5);
  }
}
