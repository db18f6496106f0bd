package io.github.maque.align.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.data.pack.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreferenceSequencesTest {
  private static final int PAD = 15;
  private final PreferencePairs pairs = TestPairs.random(40, 1);

  @Test
  void rowsHoldWholePairsAsNeighbouringSegments() {
    PreferenceSequences rows = PreferenceSequences.bestFit(pairs, 48, PAD);
    List<Integer> seen = new ArrayList<>();
    Row row = new Row(48);
    for (int index = 0; index < rows.size(); index++) {
      rows.read(index, row);
      int at = 0;
      int[] numbers = rows.pairs(index);
      assertThat(rows.pairCount(index)).isEqualTo(numbers.length);
      for (int k = 0; k < numbers.length; k++) {
        seen.add(numbers[k]);
        at = requireSide(row, at, 2 * k, pairs.chosen(numbers[k]));
        at = requireSide(row, at, 2 * k + 1, pairs.rejected(numbers[k]));
      }
      for (; at < row.length(); at++) {
        assertThat(row.segments[at]).isEqualTo(Row.PADDING);
        assertThat(row.lossWeights[at]).isZero();
        assertThat(row.ids[at]).isEqualTo(PAD);
      }
    }
    assertThat(seen).hasSize(pairs.size()).doesNotHaveDuplicates();
    assertThat(rows.size()).isLessThan(pairs.size());
  }

  /** Checks a side that begins somewhere, and returns where it ends. */
  private static int requireSide(Row row, int begin, int segment, EncodedDialogue side) {
    for (int t = 0; t < side.size(); t++) {
      int at = begin + t;
      assertThat(row.ids[at]).isEqualTo(side.ids()[t]);
      assertThat(row.positions[at]).isEqualTo(t);
      assertThat(row.segments[at]).isEqualTo(segment);
      boolean last = t == side.size() - 1;
      boolean learned = !last && side.learned()[t + 1];
      assertThat(row.lossWeights[at]).isEqualTo(learned ? 1 : 0);
      if (!last) {
        assertThat(row.targets[at]).isEqualTo(side.ids()[t + 1]);
      }
    }
    return begin + side.size();
  }

  @Test
  void onePairARowKeepsTheOrder() {
    PreferenceSequences rows = PreferenceSequences.onePerRow(pairs, 24, PAD);
    assertThat(rows.size()).isEqualTo(pairs.size());
    for (int index = 0; index < rows.size(); index++) {
      assertThat(rows.pairs((long) index)).containsExactly(index);
    }
  }

  @Test
  void aContextAsLongAsTheLongestSideIsEnough() {
    assertThat(PreferenceSequences.bestFit(pairs, 48, PAD).longestSegment())
        .isEqualTo(pairs.longestSide())
        .isLessThanOrEqualTo(TestPairs.LONGEST);
    PreferenceSequences rows = PreferenceSequences.bestFit(pairs, 200, PAD);
    Row row = new Row(200);
    for (long index = 0; index < rows.size(); index++) {
      rows.read(index, row);
      for (int position : row.positions) {
        assertThat(position).isLessThan(rows.longestSegment());
      }
    }
  }

  @Test
  void rowsTooShortForAPairAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PreferenceSequences.bestFit(pairs, 12, PAD))
        .withMessageContaining("length must be at least")
        .withMessageContaining("got 12");
  }
}
