package io.github.maque.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed while they save, at any moment and without notice. */
class CheckpointKillTest {
  private static final int KILLS = 10;
  private static final int MOST_MILLISECONDS = 50;

  @TempDir private Path directory;

  @Test
  void noKillLosesOrHalvesACheckpoint() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    long newest = 0;
    int leftovers = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      // Two of the steps are there already: those are replaced.
      long reported = killed(Math.max(1, newest - 1), random.nextInt(MOST_MILLISECONDS));
      leftovers += hidden().isEmpty() ? 0 : 1;
      try (CheckpointStore store = SavingProcess.open(directory)) {
        assertThat(hidden()).isEmpty();
        long step = 0;
        for (Checkpoint checkpoint : store.list()) {
          step = Checkpoints.stepIn(checkpoint.directory());
        }
        assertThat(step).isGreaterThanOrEqualTo(Math.max(newest, reported));
        List<String> whyNot = new ArrayList<>();
        assertThat(store.newestIntact(whyNot::add).orElseThrow().state().step()).isEqualTo(step);
        assertThat(whyNot).isEmpty();
        newest = step;
      }
    }
    // Otherwise nothing was killed while it saved.
    assertThat(leftovers).isPositive();
  }

  /** Returns the last step that a process reported before it was killed, or 0. */
  private long killed(long first, int milliseconds) throws Exception {
    Process process = SavingProcess.start(directory, first);
    long reported = 0;
    try (BufferedReader output = SavingProcess.output(process)) {
      assertThat(output.readLine()).isEqualTo("begins");
      reported = Long.parseLong(output.readLine());
      assertThat(reported).isEqualTo(first);
      TimeUnit.MILLISECONDS.sleep(milliseconds);
      process.toHandle().destroyForcibly();
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        reported = Math.max(reported, Long.parseLong(line));
      }
    }
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return reported;
  }

  private List<String> hidden() throws IOException {
    return Checkpoints.entries(directory).stream().filter(name -> name.startsWith(".")).toList();
  }

  @Test
  void twoProcessesNeverShareADirectory() throws Exception {
    try (CheckpointStore store = SavingProcess.open(directory)) {
      store.save(Checkpoints.of(1));
      store.await();
      Path working = Files.createDirectory(directory.resolve(".tmp-step-00000002-x"));
      // Being refused must not end the lock of the one that has it.
      assertThat(refusalHere()).contains(directory.toString(), "this process is saving");
      Process process = SavingProcess.start(directory, 2);
      try (BufferedReader output = SavingProcess.output(process)) {
        assertThat(output.readLine()).contains(directory.toString(), "another process is saving");
      } finally {
        process.destroyForcibly();
      }
      assertThat(working).exists();
    }
    try (CheckpointStore store = SavingProcess.open(directory)) {
      assertThat(store.list()).hasSize(1);
    }
  }

  private String refusalHere() {
    try (CheckpointStore second = SavingProcess.open(directory)) {
      return "opened " + second;
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
