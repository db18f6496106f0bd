package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TrainingRunTest {

  @Test
  void runsInAJvmOfItsOwn() throws IOException {
    TreeSet<String> stages = new TreeSet<>();
    TrainingRun.Result result =
        new TrainingRun(null, 300_000, 1000, 1)
            .runWithHeap(100_000_000, (stage, part) -> stages.add(stage));
    assertThat(result.bytes()).isEqualTo(300_000);
    assertThat(result.seconds()).isGreaterThan(result.countSeconds());
    assertThat(result.uniquePreTokens()).isPositive();
    assertThat(result.peakHeapBytes()).isBetween(1L, 110_000_000L);
    assertThat(stages).containsExactly("COUNT", "MERGE");
  }

  @Test
  void saysWhyItFailed() {
    TrainingRun run = new TrainingRun(Path.of("no-such-file"), 0, 1000, 1);
    assertThatThrownBy(() -> run.runWithHeap(100_000_000, (stage, part) -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no-such-file");
  }
}
