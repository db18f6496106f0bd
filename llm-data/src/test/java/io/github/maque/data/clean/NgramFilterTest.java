package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NgramFilterTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 1_000, 1 << 20, (1 << 20) + 1})
  void findsAllThatWereAddedAndFewOthers(int size) {
    NgramFilter filter = new NgramFilter(size);
    new SplittableRandom(1).longs(size).forEach(filter::add);
    assertThat(new SplittableRandom(1).longs(size).allMatch(filter::isSampled)).isTrue();
    assertThat(new SplittableRandom(1).longs(size).allMatch(filter::contains)).isTrue();
    long wrong = new SplittableRandom(2).longs(1_000_000).filter(filter::contains).count();
    assertThat(wrong).isLessThan(size < 1_000 ? 30_000 : 5_000); // a few words vary more
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
