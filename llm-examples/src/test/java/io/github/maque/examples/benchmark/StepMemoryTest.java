package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class StepMemoryTest {
  /** A layer keeps some 30 MB for these 2,048 tokens, and the stream between layers is 2 MB. */
  private static final ModelShape DEEP = new ModelShape(4, 256, 4, 704, 256, 256);

  @Test
  void stepsNeedLessIfLayersAreComputedAgain() throws IOException {
    assumeTrue(StepMemory.isMeasurable());
    StepMemory.Result kept = new StepMemory(DEEP, Precision.FLOAT32, 8, false).run();
    StepMemory.Result again = new StepMemory(DEEP, Precision.FLOAT32, 8, true).run();
    assertThat(kept.restBytes()).isGreaterThan(128_000_000);
    assertThat(again.aboveRest()).isBetween(20_000_000L, kept.aboveRest() * 8 / 10);
  }
}
