package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AliasTableTest {

  @Test
  void drawsInProportionToTheWeights() {
    double[] weights = {5, 0, 1, 94, 0.5, 20};
    AliasTable table = new AliasTable(weights);
    SplitMix random = new SplitMix(1);
    int draws = 1_000_000;
    int[] counts = new int[weights.length];
    for (int i = 0; i < draws; i++) {
      counts[table.draw(random)]++;
    }
    for (int i = 0; i < weights.length; i++) {
      assertThat((double) counts[i] / draws).isCloseTo(weights[i] / 120.5, within(0.002));
    }
    assertThat(counts[1]).isZero();
  }
}
