package io.github.maque.data.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedPermutationTest {

  @Test
  void hasEachNumberOnceForEverySmallSize() {
    for (int size = 1; size <= 2000; size++) {
      for (int epoch = 0; epoch < 2; epoch++) {
        requirePermutation(new KeyedPermutation(size, size * 31L, epoch));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4095, 4096, 4097, 65_535, 65_536, 65_537, 99_999, 999_983, 1_000_000})
  void hasEachNumberOnceForLargerSizes(int size) {
    requirePermutation(new KeyedPermutation(size, -7, 0));
    requirePermutation(new KeyedPermutation(size, Long.MAX_VALUE, 1L << 50));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        (1L << 31) - 1,
        1L << 32,
        (1L << 32) + 1,
        3_037_000_499L * 1_000_000_007L,
        (1L << 62) - 1,
        1L << 62
      })
  void isInvertedForSizesTooLargeToGoThrough(long size) {
    KeyedPermutation permutation = new KeyedPermutation(size, 5, 5);
    SplittableRandom random = new SplittableRandom(size);
    LongStream.concat(LongStream.of(0, 1, size - 1), random.longs(2000, 0, size))
        .forEach(
            place -> {
              long number = permutation.at(place);
              assertThat(number).isBetween(0L, size - 1);
              assertThat(permutation.indexOf(number)).isEqualTo(place);
            });
  }

  /** The expected numbers are from a program in Python, written after the class's description. */
  @Test
  void keepsTheOrdersOfVersionOne() {
    assertThat(numbers(new KeyedPermutation(10, 0, 0), 10))
        .containsExactly(1, 8, 2, 9, 6, 0, 4, 3, 5, 7);
    assertThat(numbers(new KeyedPermutation(10, 0, 1), 10))
        .containsExactly(3, 5, 4, 0, 6, 8, 1, 2, 7, 9);
    assertThat(numbers(new KeyedPermutation(1_000_003, 42, 7), 5))
        .containsExactly(602_641, 758_074, 197_063, 615_607, 179_914);
    assertThat(numbers(new KeyedPermutation(1L << 40, -1, 3), 3))
        .containsExactly(864_614_354_682L, 750_778_554_885L, 1_019_262_921_209L);
    assertThat(new KeyedPermutation(1L << 62, 123_456_789, 1L << 40).at((1L << 62) - 1))
        .isEqualTo(1_170_789_031_294_612_073L);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void givesEveryPermutationOfFewNumbersEquallyOften(int size) {
    int permutations = IntStream.rangeClosed(1, size).reduce(1, (a, b) -> a * b);
    long[] counts = new long[permutations];
    for (int epoch = 0; epoch < permutations * 1000; epoch++) {
      counts[rank(numbers(new KeyedPermutation(size, 1, epoch), size))]++;
    }
    requireUniform(counts, permutations - 1);
  }

  /** Sizes around the squares, where numbers are walked over the most and not at all. */
  @ParameterizedTest
  @ValueSource(ints = {5, 9, 10, 16, 17, 31, 100})
  void putsEveryNumberInEveryPlaceEquallyOftenAndAnyNumberBehindIt(int size) {
    int epochs = 200_000 / size;
    long[] placed = new long[size * size];
    long[] followed = new long[size];
    long[] inNextEpoch = new long[size * size];
    for (int epoch = 0; epoch < epochs; epoch++) {
      KeyedPermutation permutation = new KeyedPermutation(size, 99, epoch);
      KeyedPermutation next = new KeyedPermutation(size, 99, epoch + 1);
      for (int place = 0; place < size; place++) {
        int number = (int) permutation.at(place);
        placed[place * size + number]++;
        inNextEpoch[number * size + (int) next.at(place)]++;
        if (place > 0) {
          followed[Math.floorMod(number - (int) permutation.at(place - 1), size)]++;
        }
      }
    }
    requireUniformTable(placed, size);
    requireUniformTable(inNextEpoch, size);
    assertThat(followed[0]).isZero();
    requireUniform(Arrays.copyOfRange(followed, 1, size), size - 2);
  }

  @ParameterizedTest
  @ValueSource(longs = {1_000_000, 1L << 20, (1L << 31) + 11, 1L << 62})
  void scattersNeighboursAndEpochs(long size) {
    int places = 200_000;
    int cells = 16;
    // Where a number, the one behind it and the one at its place in the next epoch are together.
    long[] together = new long[cells * cells * cells];
    KeyedPermutation permutation = new KeyedPermutation(size, 3, 0);
    KeyedPermutation next = new KeyedPermutation(size, 3, 1);
    double cell = (double) size / cells;
    for (int place = 0; place < places; place++) {
      int a = (int) (permutation.at(place) / cell);
      int b = (int) (permutation.at(place + 1) / cell);
      int c = (int) (next.at(place) / cell);
      together[(a * cells + b) * cells + c]++;
    }
    requireUniform(together, together.length - 1);
  }

  @Test
  void refusesWhatItDoesNotHave() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new KeyedPermutation(0, 1, 1))
        .withMessageContaining("size")
        .withMessageContaining("got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new KeyedPermutation((1L << 62) + 1, 1, 1));
    KeyedPermutation three = new KeyedPermutation(3, 1, 1);
    assertThatThrownBy(() -> three.at(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> three.at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> three.indexOf(3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static void requirePermutation(KeyedPermutation permutation) {
    int size = (int) permutation.size();
    BitSet seen = new BitSet(size);
    for (int place = 0; place < size; place++) {
      int number = (int) permutation.at(place);
      seen.set(number);
      if (permutation.indexOf(number) != place) {
        throw new AssertionError("number " + number + " of " + size + " is not at " + place);
      }
    }
    assertThat(seen.cardinality()).as("numbers of %d", size).isEqualTo(size);
    assertThat(seen.length()).isEqualTo(size);
  }

  private static long[] numbers(KeyedPermutation permutation, int places) {
    return LongStream.range(0, places).map(permutation::at).toArray();
  }

  /** Returns the number of a permutation among all of its size. */
  private static int rank(long[] permutation) {
    int rank = 0;
    for (int i = 0; i < permutation.length; i++) {
      int smaller = 0;
      for (int j = i + 1; j < permutation.length; j++) {
        smaller += permutation[j] < permutation[i] ? 1 : 0;
      }
      rank = rank * (permutation.length - i) + smaller;
    }
    return rank;
  }

  /**
   * For tables in which every row and every column has the same sum, whose cells vary less.
   *
   * @param counts a square table, row by row
   */
  private static void requireUniformTable(long[] counts, int size) {
    requireUniform(counts, (size - 1) * (size - 1), (size - 1.0) / size);
  }

  private static void requireUniform(long[] counts, int freedom) {
    requireUniform(counts, freedom, 1);
  }

  /** Pearson's test, with four and a half standard deviations of its normal approximation. */
  private static void requireUniform(long[] counts, int freedom, double scale) {
    double expected = LongStream.of(counts).sum() / (double) counts.length;
    double sum = 0;
    for (long count : counts) {
      sum += (count - expected) * (count - expected) / expected;
    }
    assertThat((sum * scale - freedom) / Math.sqrt(2.0 * freedom)).isBetween(-4.5, 4.5);
  }
}
