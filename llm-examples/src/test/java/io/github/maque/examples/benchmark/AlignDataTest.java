package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.maque.align.preference.PreferencePairs;
import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import org.junit.jupiter.api.Test;

class AlignDataTest {
  private final AlignData data = AlignData.of(64, 100, 128);

  @Test
  void bothLayoutsHaveTheSameTokensAndHardlyAnyPadding() {
    assertThat(data.pairs().report().tokens()).isEqualTo(data.samples().report().tokens());
    assertThat(data.samples().report().samples()).isEqualTo(2 * data.pairs().pairs().size());
    assertThat(data.samples().report().paddingShare()).isLessThan(0.05);
    assertThat(data.pairs().report().paddingShare()).isLessThan(0.05);
    assertThat(learned(data.samples())).isEqualTo(learned(data.pairs()));
  }

  @Test
  void onlyAnswersAreLearned() {
    PreferencePairs pairs = data.pairs().pairs();
    for (int pair = 0; pair < pairs.size(); pair++) {
      assertThat(pairs.chosen(pair).ids()).hasSizeBetween(4 + 4, 4 + 19);
      assertThat(pairs.chosen(pair).learnedTokens()).isEqualTo(pairs.chosen(pair).size() - 4);
      assertThat(pairs.rejected(pair).learnedTokens()).isEqualTo(pairs.rejected(pair).size() - 4);
    }
  }

  @Test
  void theReferenceFindsAllTokensAlike() {
    int tokens = data.pairs().pairs().chosen(7).learnedTokens();
    assertThat(Math.exp(data.reference().chosen(7) / tokens)).isBetween(0.009999, 0.010001);
  }

  @Test
  void timesAreComparedRoundByRound() {
    AlignTurns.Times first = times(1, 2, 10);
    AlignTurns.Times second = times(3, 4, 10);
    assertThat(second.by(first)).isEqualTo(2);
    assertThat(first.median()).isEqualTo(2);
    assertThat(first.spread()).isEqualTo(4.5);
  }

  @Test
  void refusesRowsInWhichAQuestionHasNoToken() {
    assertThatThrownBy(() -> AlignData.of(15, 100, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("length must be at least 16, got 15");
  }

  private static AlignTurns.Times times(double... seconds) {
    return new AlignTurns.Times(AlignTraining.Method.SFT, 1, 0, seconds);
  }

  private static double learned(Sequences sequences) {
    double sum = 0;
    Row row = new Row(sequences.length());
    for (long index = 0; index < sequences.size(); index++) {
      sequences.read(index, row);
      for (float weight : row.lossWeights) {
        sum += weight;
      }
    }
    return sum;
  }
}
