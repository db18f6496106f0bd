package io.github.maque.data.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MixtureTest {

  static Stream<double[]> weights() {
    return Stream.of(
        new double[] {1},
        new double[] {0.7, 0.29, 0.01},
        new double[] {1, 1, 1},
        new double[] {0.999, 0.0005, 0.0005},
        new double[] {Math.PI, Math.E, Math.sqrt(2), 1e-3},
        new double[] {1e300, 3e300},
        // Drawn always from the source furthest below its weight, one falls back by 1.28.
        new double[] {276, 5, 1, 1, 25, 3, 294},
        new SplittableRandom(1).doubles(40, 0.001, 1).toArray(),
        DoubleStream.iterate(1, weight -> weight / 1.7).limit(25).toArray());
  }

  @ParameterizedTest
  @MethodSource("weights")
  void keepsWithinOneDrawOfTheProportionsAtEveryPrefix(double[] weights) {
    Mixture mixture = mixture(weights, new long[weights.length]);
    DrawOrder order = order(mixture, true, zeros(weights.length));
    double sum = DoubleStream.of(weights).map(weight -> weight / 1e9).sum();
    long[] draws = new long[weights.length];
    double worst = 0;
    for (int n = 1; n <= 50_000; n++) {
      order.next();
      draws[order.source()]++;
      for (int i = 0; i < weights.length; i++) {
        double away = Math.abs(draws[i] - n * (weights[i] / 1e9 / sum));
        worst = Math.max(worst, away - n * 0x1p-31);
      }
    }
    assertThat(worst).isLessThan(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void takesEachSequenceOfASourceOnceInEachOfItsEpochs(boolean shuffled) {
    long[] sizes = {1000, 1, 3};
    DrawOrder order = order(mixture(new double[] {0.7, 0.29, 0.01}, sizes), shuffled, zeros(3));
    List<List<Long>> drawn = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int n = 0; n < 10_000; n++) {
      order.next();
      drawn.get(order.source()).add(order.sequence());
    }
    for (int i = 0; i < 3; i++) {
      int size = (int) sizes[i];
      int epochs = drawn.get(i).size() / size;
      assertThat(epochs).isPositive();
      for (int epoch = 0; epoch < epochs; epoch++) {
        List<Long> sequences = drawn.get(i).subList(epoch * size, (epoch + 1) * size);
        BitSet seen = new BitSet();
        sequences.forEach(sequence -> seen.set(sequence.intValue()));
        assertThat(seen.cardinality()).isEqualTo(size);
        assertThat(seen.length()).isEqualTo(size);
        if (size == 1000) {
          boolean ascending = sequences.equals(LongStream.range(0, size).boxed().toList());
          assertThat(ascending).isEqualTo(!shuffled);
        }
      }
    }
    assertThat(drawn.get(0).subList(0, 1000).equals(drawn.get(0).subList(1000, 2000)))
        .isEqualTo(!shuffled);
  }

  @Test
  void shufflesAsTheKeyedPermutationOfSeedAndEpoch() {
    DrawOrder order =
        new DrawOrder(
            Mixture.of(new NumberedSequences(50, 2, 0)), true, new DataState(77, 0, List.of(0L)));
    for (int epoch = 0; epoch < 3; epoch++) {
      KeyedPermutation permutation = new KeyedPermutation(50, 77, epoch);
      for (int place = 0; place < 50; place++) {
        order.next();
        assertThat(order.sequence()).isEqualTo(permutation.at(place));
      }
    }
  }

  @Test
  void shufflesTwoSourcesOfOneSizeDifferently() {
    DrawOrder order = order(mixture(new double[] {1, 1}, new long[] {100, 100}), true, zeros(2));
    List<List<Long>> drawn = List.of(new ArrayList<>(), new ArrayList<>());
    for (int n = 0; n < 200; n++) {
      order.next();
      drawn.get(order.source()).add(order.sequence());
    }
    long same =
        IntStream.range(0, 100)
            .filter(n -> drawn.get(0).get(n).equals(drawn.get(1).get(n)))
            .count();
    assertThat(same).isLessThan(10);
  }

  @ParameterizedTest
  @MethodSource("weights")
  void goesOnFromEveryPoint(double[] weights) {
    Mixture mixture = mixture(weights, new long[weights.length]);
    DrawOrder order = order(mixture, true, zeros(weights.length));
    for (int n = 0; n < 300; n++) {
      DrawOrder resumed = order(mixture, true, order.consumed());
      order.next();
      resumed.next();
      assertThat(resumed.source()).isEqualTo(order.source());
      assertThat(resumed.sequence()).isEqualTo(order.sequence());
      assertThat(resumed.consumed()).isEqualTo(order.consumed());
    }
  }

  @Test
  void beginsAnewInProportionAfterAsManyDrawsAsShares() {
    Mixture mixture = mixture(new double[] {0.7, 0.29, 0.01}, new long[3]);
    long[] shares = mixture.shares();
    assertThat(LongStream.of(shares).sum()).isEqualTo(Mixture.SHARES);
    List<Long> period = LongStream.of(shares).map(share -> 3 * share).boxed().toList();
    DrawOrder first = order(mixture, false, zeros(3));
    DrawOrder later = order(mixture, false, period);
    for (int n = 0; n < 1000; n++) {
      first.next();
      later.next();
      assertThat(later.source()).isEqualTo(first.source());
    }

    // Equal weights alternate; so they do over the end of a period.
    Mixture equal = mixture(new double[] {1, 1}, new long[] {10, 10});
    DrawOrder order = order(equal, false, List.of(Mixture.SHARES / 2 - 3, Mixture.SHARES / 2 - 3));
    for (int n = 0; n < 20; n++) {
      DrawOrder resumed = order(equal, false, order.consumed());
      order.next();
      resumed.next();
      assertThat(order.source()).isEqualTo(n % 2).isEqualTo(resumed.source());
      assertThat(order.sequence()).isEqualTo(resumed.sequence());
    }
  }

  @Test
  void refusesCountsThatAreNotInProportion() {
    Mixture mixture = mixture(new double[] {0.7, 0.3}, new long[] {10, 10});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> order(mixture, true, List.of(50L, 50L)))
        .withMessageContaining("[50, 50]")
        .withMessageContaining("10 × 0.7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> order(mixture, true, List.of(0L, 1L << 62)));
    assertThatIllegalArgumentException().isThrownBy(() -> order(mixture, true, List.of(72L, 28L)));
    assertThat(order(mixture, true, List.of(70L, 30L)).consumed()).containsExactly(70L, 30L);
  }

  @Test
  void refusesSourcesThatDoNotGoTogether() {
    Mixture mixture = Mixture.of(new NumberedSequences(5, 8, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> mixture.and(new NumberedSequences(5, 9, 0), 1))
        .withMessageContaining("8 and 9");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> mixture.and(new NumberedSequences(0, 8, 0), 1))
        .withMessageContaining("got 0");
    for (double weight : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> mixture.and(new NumberedSequences(5, 8, 0), weight))
          .withMessageContaining("weight");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Mixture.of(new NumberedSequences(5, 8, 0), 1e308)
                    .and(new NumberedSequences(5, 8, 0), 1.7e308))
        .withMessageContaining("weight")
        .withMessageContaining("1.7E308");
    Mixture tiny = mixture.and(new NumberedSequences(5, 8, 0), 1e-12);
    assertThatIllegalArgumentException()
        .isThrownBy(tiny::shares)
        .withMessageContaining("2^-31")
        .withMessageContaining("source 1");
  }

  @Test
  void fingerprintsTellDataAndWeightsAndOrdersApart() {
    List<Mixture> different =
        List.of(
            Mixture.of(new NumberedSequences(100, 8, 0)),
            Mixture.of(new NumberedSequences(101, 8, 0)),
            Mixture.of(new NumberedSequences(100, 9, 0)),
            Mixture.of(new NumberedSequences(100, 8, 1)),
            mixture(new double[] {0.5, 0.5}, new long[] {100, 100}),
            mixture(new double[] {0.51, 0.49}, new long[] {100, 100}));
    List<Long> fingerprints = new ArrayList<>();
    for (Mixture mixture : different) {
      fingerprints.add(mixture.fingerprint(true));
      fingerprints.add(mixture.fingerprint(false));
    }
    assertThat(fingerprints).doesNotHaveDuplicates();
    assertThat(mixture(new double[] {2, 2}, new long[] {100, 100}).fingerprint(true))
        .isEqualTo(different.get(4).fingerprint(true));
  }

  /** Returns a mixture of sources of these sizes, or of 1 to 7 sequences where one is 0. */
  private static Mixture mixture(double[] weights, long[] sizes) {
    Mixture mixture = null;
    for (int i = 0; i < weights.length; i++) {
      Sequences source = new NumberedSequences(sizes[i] == 0 ? 1 + i % 7 : sizes[i], 2, i);
      mixture = mixture == null ? Mixture.of(source, weights[i]) : mixture.and(source, weights[i]);
    }
    assertThat(mixture).isNotNull();
    return mixture;
  }

  private static DrawOrder order(Mixture mixture, boolean shuffled, List<Long> consumed) {
    return new DrawOrder(mixture, shuffled, new DataState(5, 0, consumed));
  }

  private static List<Long> zeros(int count) {
    Long[] zeros = new Long[count];
    Arrays.fill(zeros, 0L);
    return List.of(zeros);
  }
}
