package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CorpusStatisticsTest {

  @Test
  void countsClausesAndTheirCharacters() {
    CorpusStatistics statistics = new CorpusStatistics();
    statistics.add("麻雀虽小，五脏。");
    statistics.add("麻雀");
    statistics.add("五脏a五脏\n");

    assertThat(statistics.bytes()).isEqualTo(24 + 6 + 14);
    assertThat(statistics.clauses()).isEqualTo(5);
    assertThat(statistics.meanClauseLength()).isEqualTo(12 / 5.0);
    assertThat(statistics.clauseLengthDeviation()).isCloseTo(0.8, within(1e-12));
    assertThat(statistics.clauseLengthQuantile(0.8)).isEqualTo(2);
    assertThat(statistics.clauseLengthQuantile(0.81)).isEqualTo(4);
    assertThat(statistics.uniqueClauseShare()).isEqualTo(3 / 5.0);
    assertThat(statistics.uniqueClauseByteShare()).isEqualTo(8 / 12.0);
    assertThat(statistics.uniqueClauseShare(2)).isEqualTo(2 / 4.0);
    assertThat(statistics.hanShare()).isEqualTo(12 / 16.0);
    assertThat(statistics.distinctCharacters()).isEqualTo(6);
    assertThat(statistics.topCharacterShare(2)).isEqualTo(6 / 12.0);
    assertThat(statistics.distinctPairs()).isEqualTo(4);
    assertThat(statistics.topPairShare(1)).isEqualTo(3 / 7.0);
    assertThat(statistics.distinctTriples()).isEqualTo(2);
    assertThat(statistics.tripleEntropy()).isCloseTo(1, within(1e-12));
    double expected =
        -3 / 7.0 * Math.log(3 / 7.0)
            - 2 / 7.0 * Math.log(2 / 7.0)
            - 2 * (1 / 7.0) * Math.log(1 / 7.0);
    assertThat(statistics.pairEntropy()).isCloseTo(expected / Math.log(2), within(1e-12));
  }

  @Test
  void hasLittleToSayOfOtherScripts() {
    CorpusStatistics statistics = new CorpusStatistics();
    statistics.add("Where is the sparrow? 😀");
    assertThat(statistics.bytes()).isEqualTo(26);
    assertThat(statistics.figures()).containsOnlyKeys("MB", "Han share of characters");
  }
}
