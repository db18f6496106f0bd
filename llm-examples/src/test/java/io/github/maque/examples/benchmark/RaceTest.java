package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RaceTest {

  @Test
  void contestantsTakeTurns() {
    List<String> turns = new ArrayList<>();
    List<Race.Speed> speeds =
        new Race(3, 0)
            .add("a", () -> turns.add("a"))
            .add("b", () -> turns.add("b"))
            .run(1000, (name, part) -> assertThat(part).isBetween(0.0, 1.0));
    assertThat(String.join("", turns)).isEqualTo("ababababab");
    assertThat(speeds).extracting(Race.Speed::name).containsExactly("a", "b");
    assertThat(speeds).allMatch(s -> s.slowest() <= s.mbPerSecond() && s.spread() >= 0);
  }

  @Test
  void shortWorkIsRepeated() {
    int[] runs = {0};
    new Race(1, 0.02).add("a", () -> runs[0]++).run(1000, (name, part) -> {});
    assertThat(runs[0]).isGreaterThan(100);
  }

  @Test
  void preparationIsNotTimed() {
    List<Race.Speed> speeds =
        new Race(1, 0)
            .add("prepared", () -> pause(30), () -> {})
            .add("plain", () -> pause(30))
            .run(1_000_000, (name, part) -> {});
    assertThat(speeds.get(0).mbPerSecond()).isGreaterThan(10 * speeds.get(1).mbPerSecond());
  }

  private static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void takesTheMedian() {
    assertThat(Race.median(new double[] {1, 2, 9})).isEqualTo(2);
    assertThat(Race.median(new double[] {1, 2, 3, 9})).isCloseTo(2.5, within(1e-12));
  }
}
