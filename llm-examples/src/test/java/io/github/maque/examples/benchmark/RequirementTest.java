package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.examples.benchmark.Requirement.Verdict;
import org.junit.jupiter.api.Test;

class RequirementTest {

  @Test
  void comparesWithItsBound() {
    assertThat(Requirement.atLeast("speed", 10, "×", 10).verdict()).isEqualTo(Verdict.MET);
    assertThat(Requirement.atLeast("speed", 10, "×", 9.9).verdict()).isEqualTo(Verdict.MISSED);
    assertThat(Requirement.atMost("time", 20, "s", 20).verdict()).isEqualTo(Verdict.MET);
    assertThat(Requirement.atMost("time", 20, "s", 20.1).verdict()).isEqualTo(Verdict.MISSED);
    assertThat(Requirement.atLeast("speed", 10, "×", Double.NaN).verdict())
        .isEqualTo(Verdict.MISSED);
  }

  @Test
  void blamesNobodyForABusyMachine() {
    Requirement gain = Requirement.atLeast("2 threads", 1.8, "×", 1.1);
    assertThat(gain.withPossible(1.2).verdict()).isEqualTo(Verdict.IMPOSSIBLE);
    assertThat(gain.withPossible(1.9).verdict()).isEqualTo(Verdict.MISSED);
    assertThat(Requirement.atLeast("2 threads", 1.8, "×", 1.8).withPossible(1.7).verdict())
        .isEqualTo(Verdict.MET);
  }
}
