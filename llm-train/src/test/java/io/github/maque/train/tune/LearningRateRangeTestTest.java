package io.github.maque.train.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.train.tune.Recommendation.Verdict;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LearningRateRangeTestTest {
  @Test
  void findsDivergenceWhereTheSearchDoesAndGivesWeightsBack() throws IOException {
    RateRange rates = new RateRange(1e-4, 10);
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      Decoder decoder = Tiny.decoder(manager);
      float[] before = decoder.headTable().getArray().toFloatArray();
      RangeTestEvidence test =
          LearningRateRangeTest.on(decoder)
              .data(Tiny.DATA)
              .options(Tiny.options(200))
              .rates(rates)
              .steps(150)
              .build()
              .run();
      assertThat(Arrays.equals(decoder.headTable().getArray().toFloatArray(), before)).isTrue();
      SearchEvidence search =
          LearningRateSearch.on(decoder)
              .data(Tiny.DATA)
              .options(Tiny.options(200))
              .rates(rates)
              .count(11)
              .steps(30)
              .repeats(1)
              .build()
              .search();
      double ofTest = test.recommendation().divergesAt().orElseThrow();
      double ofSearch = search.recommendation().divergesAt().orElseThrow();
      assertThat(ofTest).isBetween(ofSearch / 3, ofSearch * 3);
      assertThat(test.recommendation().rate().orElseThrow())
          .isLessThanOrEqualTo(ofTest / 3 * 1.01)
          .isGreaterThan(rates.lowest() * 3);
      assertThat(test.recommendation().verdict()).isEqualTo(Verdict.CLEAR);
      assertThat(test.points().get(0).rate()).isEqualTo(1e-4);
    }
  }

  @Test
  void saysThatTheRangeEndsTooSoon() throws IOException {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      RangeTestEvidence test =
          LearningRateRangeTest.on(Tiny.decoder(manager))
              .data(Tiny.DATA)
              .options(Tiny.options(200))
              .rates(new RateRange(1e-5, 5e-3))
              .steps(80)
              .build()
              .run();
      assertThat(test.points()).hasSize(80);
      assertThat(test.recommendation().verdict()).isEqualTo(Verdict.AT_THE_EDGE);
      assertThat(test.recommendation().divergesAt()).isEmpty();
    }
  }

  @Test
  void rejectsFewSteps() {
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      LearningRateRangeTest.Builder builder = LearningRateRangeTest.on(Tiny.decoder(manager));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.steps(5))
          .withMessage("steps must be at least 20, got 5");
      assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("data");
    }
  }
}
