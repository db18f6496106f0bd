package io.github.maque.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionTest {
  @ParameterizedTest
  @CsvSource({
    // last, best, every, step=loss …, kept
    "1, 0, 0, 10 20 30, 30",
    "2, 0, 0, 10 20 30, 20 30",
    "9, 0, 0, 10 20 30, 10 20 30",
    "1, 1, 0, 10=3 20=1 30=2 40, 20 40",
    "1, 2, 0, 10=3 20=1 30=2 40, 20 30 40",
    "1, 9, 0, 10=3 20 30=2 40, 10 30 40",
    "1, 1, 0, 10=1 20=1 30=2, 20 30",
    "1, 1, 0, 10=NaN 20=5 30, 20 30",
    "1, 2, 0, 10=NaN 20=Infinity 30=-Infinity 40, 20 30 40",
    "1, 0, 20, 10 20 30 40 50, 20 40 50",
    "1, 0, 7, 0 7 8 15, 0 7 15",
    "2, 1, 30, 10=1 20=2 30=3 40=4 50=5, 10 30 40 50",
    "1, 1, 1, 5, 5",
  })
  void keepsWhatAnyRuleKeeps(int last, int best, long every, String saved, String kept) {
    TreeMap<Long, OptionalDouble> losses = new TreeMap<>();
    for (String one : saved.split(" ")) {
      String[] parts = one.split("=");
      losses.put(
          Long.valueOf(parts[0]),
          parts.length == 1
              ? OptionalDouble.empty()
              : OptionalDouble.of(Double.parseDouble(parts[1])));
    }
    assertThat(new Retention(last, best, every).kept(losses))
        .containsExactlyElementsOf(Arrays.stream(kept.split(" ")).map(Long::valueOf).toList());
  }

  @Test
  void badNumbersAreNamed() {
    assertThatThrownBy(() -> new Retention(0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("last must be at least 1, got 0");
    assertThatThrownBy(() -> new Retention(1, -1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("best must be at least 0, got -1");
    assertThatThrownBy(() -> new Retention(1, 0, -5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("every must be at least 0, got -5");
  }
}
