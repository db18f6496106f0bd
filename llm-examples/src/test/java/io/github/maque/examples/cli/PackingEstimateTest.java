package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.PackedSequences;
import io.github.maque.data.pack.PackingReport;
import io.github.maque.data.pack.SampleList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackingEstimateTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64, 100, 333, 1000, 5000})
  void packsAsWellAsThePackerDoes(int window) {
    Random random = new Random(window);
    LengthFigures lengths = new LengthFigures();
    SampleList.Builder samples = SampleList.builder();
    for (int i = 0; i < 3000; i++) {
      int length = 1 + (int) Math.abs(random.nextGaussian() * 150);
      lengths.add(length);
      samples.add(new int[length], new float[length]);
    }
    SampleList list = samples.build();
    PackingReport packed = PackedSequences.bestFit(list, window, OverlongPolicy.SPLIT, 0).report();
    PackingReport single =
        PackedSequences.onePerRow(list, window, OverlongPolicy.SPLIT, 0).report();

    PackingEstimate estimate = PackingEstimate.of(lengths, window);
    assertThat(estimate.packedRows()).isEqualTo(packed.rows());
    assertThat(estimate.packedPaddingShare()).isCloseTo(packed.paddingShare(), within(1e-12));
    assertThat(estimate.rows()).isEqualTo(single.rows());
    assertThat(estimate.paddingShare()).isCloseTo(single.paddingShare(), within(1e-12));
  }

  @Test
  void countsWhatNoMemoryCouldHold() {
    LengthFigures lengths = new LengthFigures();
    lengths.add(Integer.MAX_VALUE);
    PackingEstimate estimate = PackingEstimate.of(lengths, 2);
    assertThat(estimate.packedRows()).isEqualTo(1L << 30);
    assertThat(estimate.rows()).isEqualTo(1L << 30);
  }
}
