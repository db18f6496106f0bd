package io.github.maque.train.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.train.tune.Recommendation.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SearchJudgementTest {
  private static final int STEPS = 100;
  private static final double DIVERGED = Double.NaN;
  private static final double[] RATES = {1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2};

  @Test
  void valleyIsClear() {
    Recommendation found = judge(2.5, 2.3, 2.1, 2.0, 2.2, 2.4);
    assertThat(found.verdict()).isEqualTo(Verdict.CLEAR);
    assertThat(found.rate()).hasValue(3e-3);
    assertThat(found.divergesAt()).isEmpty();
  }

  @Test
  void largestOfEqualsIsRecommended() {
    Recommendation found = judge(2.5, 2.3, 2.0, 2.0003, 2.2, 2.4);
    assertThat(found.verdict()).isEqualTo(Verdict.CLEAR);
    assertThat(found.rate()).hasValue(3e-3);
  }

  @Test
  void differencesFarBelowTheNoiseOfBatchesCount() {
    // Batches differ by 0.1, losses by 0.01: only the common order of the data tells them apart.
    List<RateResult> results = results(2.5, 2.3, 2.01, 2.0, 2.02, 2.4);
    assertThat(results.get(2).withinNoise()).isFalse();
    assertThat(results.get(2).lossError()).isGreaterThan(2 * results.get(2).excess());
    assertThat(results.get(2).excess()).isCloseTo(0.01, within(0.002));
    assertThat(results.get(3).excess()).isZero();
  }

  @Test
  void keepsAwayFromDivergence() {
    Recommendation found = judge(2.5, 2.3, 2.1, 2.0, 1.9, DIVERGED);
    assertThat(found.rate()).hasValue(1e-2);
    assertThat(found.divergesAt()).hasValue(3e-2);
    Recommendation close =
        recommend(List.of(curve(1e-3, 2.1), curve(5e-3, 2.0), curve(1e-2, DIVERGED)));
    assertThat(close.rate()).hasValue(1e-3);
    assertThat(close.reasons()).anyMatch(reason -> reason.contains("1e-2 diverged: 3 times below"));
    // The only safe rate loses 0.1: that is no clear answer.
    assertThat(close.verdict()).isEqualTo(Verdict.NEAR_DIVERGENCE);
    assertThat(close.reasons())
        .anyMatch(
            reason ->
                reason.contains("0.1") && reason.contains("try rates between 1e-3 and 3.33e-3"));
  }

  @Test
  void bestAtAnEndAsksForAWiderRange() {
    Recommendation low = judge(2.0, 2.1, 2.2, 2.3, 2.4, DIVERGED);
    assertThat(low.verdict()).isEqualTo(Verdict.AT_THE_EDGE);
    assertThat(low.rate()).hasValue(1e-4);
    assertThat(low.reasons()).anyMatch(reason -> reason.contains("try lower"));
    Recommendation high = judge(2.5, 2.4, 2.3, 2.2, 2.1, 2.0);
    assertThat(high.verdict()).isEqualTo(Verdict.AT_THE_EDGE);
    assertThat(high.rate()).hasValue(3e-2);
    assertThat(high.reasons()).anyMatch(reason -> reason.contains("try higher"));
  }

  @Test
  void nothingIsRecommendedIfAllDiverge() {
    Recommendation found = judge(DIVERGED, DIVERGED, DIVERGED, DIVERGED, DIVERGED, DIVERGED);
    assertThat(found.verdict()).isEqualTo(Verdict.AT_THE_EDGE);
    assertThat(found.rate()).isEmpty();
    assertThat(found.divergesAt()).hasValue(1e-4);
    Recommendation tooClose = recommend(List.of(curve(1e-3, 2), curve(2e-3, DIVERGED)));
    assertThat(tooClose.rate()).isEmpty();
    assertThat(tooClose.verdict()).isEqualTo(Verdict.AT_THE_EDGE);
  }

  @Test
  void equalLossesAreFlat() {
    assertThat(judge(2, 2, 2, 2, 2, 2).verdict()).isEqualTo(Verdict.FLAT);
    // A plateau of a factor of ten is no answer either.
    assertThat(judge(2.5, 2, 2, 2, 2, 2.5).verdict()).isEqualTo(Verdict.FLAT);
  }

  @Test
  void ofRatesThatCannotBeToldApartTheBestIsRecommended() {
    List<RateResult> results = results(2.5, 2, 2, 2, 2, 2.5);
    RateResult best =
        results.stream().min(Comparator.comparingDouble(RateResult::loss)).orElseThrow();
    assertThat(best.rate()).as("else the largest would be the same").isLessThan(1e-2);
    Recommendation found = SearchJudgement.of(results, 1, 0.5);
    assertThat(found.verdict()).isEqualTo(Verdict.FLAT);
    assertThat(found.rate()).hasValue(best.rate());
  }

  @Test
  void aRateThatBarelySurvivesDoesNotMakeOthersLookAlike() {
    List<List<Trial>> trials = new ArrayList<>();
    double[] rates = {1e-4, 1e-3, 3e-3, 1e-2, 1e-1};
    double[] losses = {2.4, 2.1, 2.05, 2.0, 4.0};
    for (int i = 0; i < rates.length; i++) {
      double apart = i == rates.length - 1 ? 1.5 : 0.002;
      trials.add(
          List.of(trial(rates[i], 0, losses[i] - apart), trial(rates[i], 1, losses[i] + apart)));
    }
    List<RateResult> results = RateResult.of(trials);
    assertThat(results.get(2).withinNoise()).isFalse();
    assertThat(SearchJudgement.of(results, 1, 0.5).verdict()).isEqualTo(Verdict.CLEAR);
  }

  @Test
  void ratesWithTheSameNameAreRefused() {
    // All of them are different numbers, and two of them are 1e-3 when they are told.
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RateRange(1.0004e-3, 1.02e-3).spaced(5))
        .withMessageContaining("count must be small enough");
    assertThat(new RateRange(1.0004e-3, 1.02e-3).spaced(2)).containsExactly(1.0004e-3, 1.02e-3);
  }

  @Test
  void spreadOfRepeatsIsNoiseToo() {
    // The better rate is better by 0.1 on average, but worse in one run of two.
    List<Trial> first = List.of(trial(1e-3, 0, 2.0), trial(1e-3, 1, 2.4));
    List<Trial> second = List.of(trial(3e-3, 0, 2.2), trial(3e-3, 1, 2.0));
    List<RateResult> results = RateResult.of(List.of(first, second));
    assertThat(results.get(0).excess()).isCloseTo(0.1, within(0.002));
    assertThat(results.get(0).excessError()).isCloseTo(0.3, within(0.002));
    assertThat(results.get(0).withinNoise()).isTrue();
  }

  @Test
  void warnsOfSeenDataAndLongRuns() {
    Recommendation found = SearchJudgement.of(results(2.5, 2.3, 2.1, 2.0, 2.2, 2.4), 50, 1.5);
    assertThat(found.reasons()).anyMatch(reason -> reason.contains("1.5 times"));
    assertThat(found.reasons()).anyMatch(reason -> reason.contains("50 times as long"));
    assertThat(found).asString().contains("recommended rate: 3e-3").contains("verdict: clear");
  }

  private static Recommendation judge(double... losses) {
    return SearchJudgement.of(results(losses), 1, 0.5);
  }

  private static Recommendation recommend(List<List<Trial>> trials) {
    return SearchJudgement.of(RateResult.of(trials), 1, 0.5);
  }

  private static List<RateResult> results(double... losses) {
    List<List<Trial>> trials = new ArrayList<>();
    for (int i = 0; i < losses.length; i++) {
      trials.add(curve(RATES[i], losses[i]));
    }
    return RateResult.of(trials);
  }

  private static List<Trial> curve(double rate, double loss) {
    return List.of(trial(rate, 0, loss));
  }

  /** All trials of a seed have the noise of the same batches, 0.1, and a little of their own. */
  private static Trial trial(double rate, long seed, double loss) {
    if (Double.isNaN(loss)) {
      return new Trial(rate, seed, STEPS, List.of(3.0, 9.0, 27.0), true);
    }
    SplittableRandom common = new SplittableRandom(seed);
    SplittableRandom own = new SplittableRandom(Double.doubleToLongBits(rate));
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      double noise = 0.2 * Math.sqrt(3) * (common.nextDouble() - 0.5);
      losses.add(loss + Math.exp(-i / 5.0) + noise + 0.004 * (own.nextDouble() - 0.5));
    }
    return new Trial(rate, seed, STEPS, losses, false);
  }
}
