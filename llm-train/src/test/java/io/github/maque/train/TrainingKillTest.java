package io.github.maque.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.model.kernel.Precision;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training that is killed again and again, at any moment and without notice. */
class TrainingKillTest {
  /** Set {@code -Dmaque.kills=50} for a thorough look. */
  private static final int KILLS = Integer.getInteger("maque.kills", 3);

  /** 128 and the number of the signal. */
  private static final int KILLED = 137;

  private static final int MOST_STEPS = 20;
  private static final int MOST_MILLISECONDS = 30;

  private final SplittableRandom random = new SplittableRandom(System.nanoTime());
  private final Map<Precision, Path> uninterrupted = new EnumMap<>(Precision.class);

  @TempDir private Path directory;

  @Test
  void killedRunsEndAsIfTheyHadNotBeen() throws Exception {
    int kills = 0;
    int again = 0;
    for (int run = 0; kills < KILLS; run++) {
      Precision precision = run % 2 == 0 ? Precision.FLOAT32 : Precision.BFLOAT16_MIXED;
      Path killed = directory.resolve("killed-" + run);
      long reached = 0;
      while (reached < TestRuns.STEPS) {
        int steps = kills < KILLS ? random.nextInt(MOST_STEPS) : TestRuns.STEPS;
        int milliseconds = random.nextInt(MOST_MILLISECONDS);
        if (kills == 0) { // Once at least between two checkpoints.
          steps = TestRuns.CHECKPOINT_EVERY + 1;
          milliseconds = 0;
        }
        long[] firstAndLast = train(killed, precision, steps, milliseconds);
        // All but the checkpoint that was on its way must still be there; on a slow disk one is
        // left
        // out while another is written.
        assertThat(firstAndLast[0]).isGreaterThan(reached - 3L * TestRuns.CHECKPOINT_EVERY);
        again += firstAndLast[0] <= reached ? 1 : 0;
        reached = firstAndLast[1];
        kills += reached < TestRuns.STEPS ? 1 : 0;
      }
      assertSame(killed, uninterrupted(precision));
    }
    assertThat(again).isPositive();
  }

  /**
   * Trains in a process until it ends, or until it is killed after some steps and some time.
   *
   * @return the first step that it has made and the last; of those made after an end, the last
   */
  private long[] train(Path run, Precision precision, int steps, int milliseconds)
      throws Exception {
    Process process = TrainingProcess.start(run, precision);
    long[] firstAndLast = {TestRuns.STEPS + 1, 0};
    try (BufferedReader output = TrainingProcess.output(process)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        long step = Long.parseLong(line);
        firstAndLast[0] = Math.min(firstAndLast[0], step);
        firstAndLast[1] = step;
        if (step == firstAndLast[0] + steps) {
          TimeUnit.MILLISECONDS.sleep(milliseconds);
          process.toHandle().destroyForcibly();
        }
      }
    }
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    boolean killed = process.exitValue() != 0;
    assertThat(process.exitValue()).isEqualTo(killed ? KILLED : 0);
    // After the last step there is still a checkpoint to be written.
    firstAndLast[1] = killed ? Math.min(firstAndLast[1], TestRuns.STEPS - 1) : TestRuns.STEPS;
    return firstAndLast;
  }

  private Path uninterrupted(Precision precision) throws IOException {
    Path run = uninterrupted.get(precision);
    if (run == null) {
      run = directory.resolve(precision.name());
      TestRuns.train(run, precision);
      uninterrupted.put(precision, run);
    }
    return run;
  }

  private static void assertSame(Path found, Path expected) throws IOException {
    assertThat(TestRuns.computed(found)).isEqualTo(TestRuns.computed(expected));
    for (String file : List.of("model.safetensors", "training.safetensors")) {
      assertThat(TestRuns.last(found, file)).isEqualTo(TestRuns.last(expected, file));
    }
  }
}
