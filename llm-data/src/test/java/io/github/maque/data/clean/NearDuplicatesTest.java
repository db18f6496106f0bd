package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearDuplicatesTest {

  /** The values that FineWeb's authors give for 14 buckets of 8 hashes. */
  @ParameterizedTest
  @CsvSource({"0.70, 0.56", "0.75, 0.77", "0.80, 0.92", "0.85, 0.988"})
  void comparesWithThePublishedProbability(double similarity, double probability) {
    assertThat(NearDuplicates.chinese().probability(similarity))
        .isCloseTo(probability, within(0.006));
  }

  @Test
  void alwaysComparesEqualAndNeverDistinctTexts() {
    assertThat(NearDuplicates.chinese().probability(1)).isEqualTo(1);
    assertThat(NearDuplicates.chinese().probability(0)).isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NearDuplicates.chinese().probability(1.01))
        .withMessage("similarity must be in 0…1, got 1.01");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0; 14; 8; 0.7; ngram must be in 1…100, got 0",
        "101; 14; 8; 0.7; ngram must be in 1…100, got 101",
        "5; 0; 8; 0.7; bands must be in 1…4096, got 0",
        "5; 14; -1; 0.7; rows must be in 1…4096, got -1",
        "5; 1024; 5; 0.7; bands * rows must be at most 4096, got 1024 * 5",
        "5; 14; 8; 0; threshold must be above 0 and at most 1, got 0.0",
        "5; 14; 8; 1.1; threshold must be above 0 and at most 1, got 1.1",
        "5; 14; 8; NaN; threshold must be above 0 and at most 1, got NaN"
      })
  void namesABadValue(int ngram, int bands, int rows, double threshold, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NearDuplicates(ngram, bands, rows, threshold))
        .withMessage(message);
  }

  @Test
  void isNamedByAllThatMatters() {
    assertThat(NearDuplicates.chinese().name())
        .isEqualTo("nearDuplicates(ngram=5, bands=14, rows=8, threshold=0.72, version=1)");
    assertThat(NearDuplicates.chinese().withNgram(4).withBanding(20, 5).withThreshold(0.8))
        .isEqualTo(new NearDuplicates(4, 20, 5, 0.8));
  }
}
