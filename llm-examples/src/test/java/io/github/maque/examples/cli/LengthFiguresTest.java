package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LengthFiguresTest {

  @Test
  void percentilesAreThoseOfTheSortedLengths() {
    Random random = new Random(1);
    int[] all = random.ints(997, 0, 5000).toArray();
    LengthFigures lengths = new LengthFigures();
    Arrays.stream(all).forEach(lengths::add);
    Arrays.sort(all);
    for (int percent = 1; percent <= 100; percent++) {
      int rank = (int) Math.ceil(percent * all.length / 100.0);
      assertThat(lengths.percentile(percent)).isEqualTo(all[rank - 1]);
    }
    assertThat(lengths.total()).isEqualTo(Arrays.stream(all).asLongStream().sum());
    double longer = (double) Arrays.stream(all).filter(length -> length > 1234).count();
    assertThat(lengths.shareLongerThan(1234)).isEqualTo(longer / all.length);
  }

  @Test
  void aSingleDocumentIsAllOfThem() {
    LengthFigures lengths = new LengthFigures();
    lengths.add(Integer.MAX_VALUE);
    assertThat(lengths.percentile(1)).isEqualTo(Integer.MAX_VALUE);
    assertThat(lengths.percentile(99)).isEqualTo(Integer.MAX_VALUE);
    assertThat(lengths.shareLongerThan(Integer.MAX_VALUE)).isZero();
  }
}
