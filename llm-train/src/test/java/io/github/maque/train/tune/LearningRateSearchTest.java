package io.github.maque.train.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Constant;
import io.github.maque.train.tune.Recommendation.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LearningRateSearchTest {
  private static final int FULL_RUN = 160;

  @Test
  void wholeRunOfTheRecommendedRateIsAmongTheBest() throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      SearchEvidence evidence =
          search(Tiny.decoder(manager), new RateRange(3e-4, 1), 6, 40).build().search();
      Map<Double, Double> losses = new LinkedHashMap<>();
      for (RateResult result : evidence.results()) {
        losses.put(result.rate(), lossOfWholeRun(manager, result.rate()));
      }
      double best = losses.values().stream().mapToDouble(loss -> loss).min().orElseThrow();
      double recommended = losses.get(evidence.recommendation().rate().orElseThrow());
      assertThat(best).isCloseTo(WalkSource.entropy(), within(0.1));
      assertThat(recommended).as("%s", evidence).isLessThan(best + 0.05);
      // The choice is not an easy one.
      assertThat(losses.values().stream().filter(loss -> loss > best + 0.2)).hasSizeGreaterThan(2);
      assertThat(evidence.recommendation().verdict()).isNotEqualTo(Verdict.AT_THE_EDGE);
    }
  }

  private static double lossOfWholeRun(NDManager manager, double rate) throws IOException {
    TrainingOptions options = Tiny.options(FULL_RUN);
    List<Evaluation> evaluations =
        Trainer.on(Tiny.decoder(manager))
            .data(Tiny.DATA)
            .validation(new WalkSource(16, 16, 256, 2))
            .options(options.withOptimizer(options.optimizer().withLearningRate(rate)))
            .build()
            .train()
            .history()
            .evaluations();
    double loss = evaluations.get(evaluations.size() - 1).loss();
    return Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
  }

  @Test
  void givesWeightsBackToTheBitAndSaysTheSameAgain() throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Decoder decoder = Tiny.decoder(manager);
      Map<String, ByteBuffer> before = weights(decoder);
      LearningRateSearch.Builder search = search(decoder, new RateRange(1e-3, 1e4), 3, 20);
      SearchEvidence first = search.repeats(2).build().search();
      assertThat(weights(decoder)).isEqualTo(before);
      assertThat(search.build().search()).isEqualTo(first);
      assertThat(weights(decoder)).isEqualTo(before);
    }
  }

  private static Map<String, ByteBuffer> weights(Decoder decoder) {
    Map<String, ByteBuffer> weights = new LinkedHashMap<>();
    decoder
        .parametersByName()
        .forEach((name, parameter) -> weights.put(name, parameter.getArray().toByteBuffer()));
    return weights;
  }

  @Test
  void stopsRatesThatDivergeAndOnlyThose() throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      List<Trial> told = new ArrayList<>();
      SearchEvidence evidence =
          search(Tiny.decoder(manager), new RateRange(1e-3, 1e5), 5, 40)
              .repeats(2)
              .listener(told::add)
              .build()
              .search();
      assertThat(evidence.results())
          .extracting(RateResult::diverged)
          .containsExactly(false, false, true, true, true);
      for (RateResult result : evidence.results()) {
        // Once is enough to know.
        assertThat(result.trials()).hasSize(result.diverged() ? 1 : 2);
        int steps = result.trials().get(0).losses().size();
        assertThat(steps).isBetween(1, result.diverged() ? 39 : 40);
      }
      assertThat(told).hasSize(7).contains(evidence.results().get(4).trials().get(0));
      assertThat(evidence.recommendation().divergesAt()).hasValue(10);
    }
  }

  @Test
  void trialOfTheWholeRunIsThatRun() throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      TrainingOptions options = Tiny.options(24);
      SearchEvidence evidence =
          LearningRateSearch.on(Tiny.decoder(manager))
              .data(Tiny.DATA)
              .options(options)
              .rates(new RateRange(1e-3, 1e-1))
              .count(3)
              .repeats(1)
              .build()
              .search();
      List<Double> losses =
          Trainer.on(Tiny.decoder(manager))
              .data(Tiny.DATA)
              .options(options.withOptimizer(options.optimizer().withLearningRate(1e-2)))
              .build()
              .train()
              .history()
              .steps()
              .stream()
              .map(StepMetrics::loss)
              .toList();
      assertThat(evidence.results().get(1).rate()).isEqualTo(1e-2);
      assertThat(evidence.results().get(1).trials().get(0).losses()).isEqualTo(losses);
    }
  }

  @Test
  void rejectsWhatCannotBeSearched() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Decoder decoder = Tiny.decoder(manager);
      LearningRateSearch.Builder builder = LearningRateSearch.on(decoder);
      assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("data");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.count(2))
          .withMessage("count must be at least 3, got 2");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.steps(19))
          .withMessage("steps must be at least 20, got 19");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.repeats(0))
          .withMessage("repeats must be at least 1, got 0");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  search(decoder, RateRange.defaults(), 3, 20)
                      .options(Tiny.options(50).withSchedule(new Constant(Amount.ofSteps(60))))
                      .build())
          .withMessageContaining("warmup");
      assertThatIllegalArgumentException()
          .isThrownBy(search(decoder, new RateRange(1, 1.01), 8, 20)::build)
          .withMessageContaining("count");
    }
  }

  private static LearningRateSearch.Builder search(
      Decoder decoder, RateRange rates, int count, int steps) {
    return LearningRateSearch.on(decoder)
        .data(Tiny.DATA)
        .options(Tiny.options(FULL_RUN))
        .rates(rates)
        .count(count)
        .steps(steps)
        .repeats(1);
  }
}
