package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NgramFilterTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 32, 1_000, 1 << 12, 1 << 20, (1 << 20) + 1})
  void findsAllThatWereAddedAndFewOthers(int size) {
    // Few hashes may fall unluckily into few words, so there are more of them to try.
    for (int seed = 1; seed <= (size > 1 << 12 ? 1 : 20); seed++) {
      NgramFilter filter = new NgramFilter(size);
      new SplittableRandom(seed).longs(size).forEach(filter::add);
      assertThat(new SplittableRandom(seed).longs(size).allMatch(filter::isSampled)).isTrue();
      assertThat(new SplittableRandom(seed).longs(size).allMatch(filter::contains)).isTrue();
      long wrong = new SplittableRandom(-seed).longs(200_000).filter(filter::contains).count();
      assertThat(wrong).isLessThan(1_000);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 24, (1L << 24) + 1, 1L << 26, Long.MAX_VALUE / 4})
  void holdsASampleOfMoreThanFit(long size) {
    NgramFilter filter = new NgramFilter(size);
    long tried = 1 << 20;
    long sampled = new SplittableRandom(1).longs(tried).filter(filter::isSampled).count();
    double expected =
        size == 1L << 24 ? 1 : size <= 1L << 25 ? 0.5 : size == 1L << 26 ? 0.25 : 1 / 4096.0;
    assertThat((double) sampled / tried).isEqualTo(expected, within(0.002));

    new SplittableRandom(1).longs(tried).forEach(filter::add);
    assertThat(
            new SplittableRandom(1)
                .longs(tried)
                .filter(filter::isSampled)
                .allMatch(filter::contains))
        .isTrue();
  }
}
