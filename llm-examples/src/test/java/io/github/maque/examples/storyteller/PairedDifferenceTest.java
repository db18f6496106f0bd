package io.github.maque.examples.storyteller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PairedDifferenceTest {

  /** Of yes or no, mean and variance follow from how often only one of the two says yes. */
  @Test
  void ofYesAndNoAsTheClosedFormSays() {
    int questions = 500;
    PairedDifference found = difference(questions, 60, 35);
    double mean = (60 - 35) / 500.0;
    double variance = ((60 + 35) / 500.0 - mean * mean) * questions / (questions - 1);
    assertThat(found.mean()).isCloseTo(mean, within(1e-12));
    assertThat(found.standardError()).isCloseTo(Math.sqrt(variance / questions), within(1e-12));
  }

  @Test
  void whatChanceMayHaveDoneIsNotCalledBetter() {
    PairedDifference little = difference(500, 50, 42);
    assertThat(little.isBetter()).isFalse();
    assertThat(little.isWorse()).isFalse();
    assertThat(difference(500, 80, 42).isBetter()).isTrue();
    assertThat(difference(500, 42, 80).isWorse()).isTrue();
    assertThat(difference(500, 42, 80).isBetter()).isFalse();
  }

  /** Both say yes to half of the other questions. */
  private static PairedDifference difference(int questions, int onlySecond, int onlyFirst) {
    double[] first = new double[questions];
    double[] second = new double[questions];
    int both = (questions - onlySecond - onlyFirst) / 2;
    Arrays.fill(first, 0, onlyFirst + both, 1);
    Arrays.fill(second, onlyFirst, onlyFirst + both + onlySecond, 1);
    return PairedDifference.of(first, second);
  }
}
