package io.github.maque.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CutTest {
  private final Random random = new Random(3);
  private final Cut cut = new Cut();

  /** Whole numbers, so that sums are exact and many values equal. */
  private double[] values() {
    int bound = 1 + random.nextInt(20);
    return random.ints(1 + random.nextInt(80), 1, bound + 1).asDoubleStream().toArray();
  }

  private static double[] descending(double[] values) {
    double[] negated = Arrays.stream(values).map(x -> -x).sorted().toArray();
    return Arrays.stream(negated).map(x -> -x).toArray();
  }

  @Test
  void putsTheLargestInFront() {
    for (int round = 0; round < 5000; round++) {
      double[] values = values();
      double[] sorted = descending(values);
      int count = 1 + random.nextInt(values.length);

      cut.byCount(values, values.length, count);

      assertThat(cut.value()).isEqualTo(sorted[count - 1]);
      assertThat(descending(Arrays.copyOf(values, count))).isEqualTo(Arrays.copyOf(sorted, count));
      assertThat(descending(values)).isEqualTo(sorted);
      checkTies(sorted, count);
    }
  }

  @Test
  void takesTheFewestThatHaveTheMass() {
    for (int round = 0; round < 5000; round++) {
      double[] values = values();
      double[] sorted = descending(values);
      double sum = Arrays.stream(values).sum();
      double mass = round % 2 == 0 ? 1 + random.nextInt((int) sum) : sum * random.nextDouble();
      int count = 1;
      for (double reached = sorted[0]; reached < mass; reached += sorted[count++]) {}

      cut.byMass(values, values.length, mass);

      assertThat(cut.value()).isEqualTo(sorted[count - 1]);
      checkTies(sorted, count);
    }
  }

  @Test
  void takesAllWhereTheMassIsMissing() {
    double[] values = {1, 2, 2, 1};

    cut.byMass(values, 4, 7);

    assertThat(cut.value()).isEqualTo(1);
    assertThat(cut.ties()).isEqualTo(2);
  }

  private void checkTies(double[] sorted, int count) {
    long larger = Arrays.stream(sorted).filter(x -> x > cut.value()).count();
    assertThat(larger + cut.ties()).isEqualTo(count);
  }
}
