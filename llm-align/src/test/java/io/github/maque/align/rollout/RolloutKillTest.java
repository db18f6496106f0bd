package io.github.maque.align.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rollout that is killed at any moment and without notice. */
class RolloutKillTest {
  /** Set {@code -Dmaque.kills=50} for a thorough look. */
  private static final int KILLS = Integer.getInteger("maque.kills", 2);

  private static final int ANSWERS = 2 * RolloutProcess.PROMPTS;

  private final SplittableRandom random = new SplittableRandom(System.nanoTime());

  @TempDir private Path directory;

  @Test
  void killedRolloutGoesOnAndMakesTheVerySameAnswers() throws Exception {
    Path killed = directory.resolve("killed.jsonl");
    Path whole = directory.resolve("whole.jsonl");
    try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
      RolloutAnswers expected =
          RolloutProcess.rollout(whole)
              .build()
              .answers(TinyChat.model(manager, 1), TinyChat.prompts(RolloutProcess.PROMPTS));
      for (int kill = 1; kill <= KILLS; kill++) {
        // The later ones still have something to do: each adds its share of the answers at most.
        long most = (long) ANSWERS * kill / (KILLS + 1);
        answerUpTo(killed, 1 + random.nextLong(most));
      }
      RolloutAnswers found =
          RolloutProcess.rollout(killed)
              .build()
              .answers(TinyChat.model(manager, 1), TinyChat.prompts(RolloutProcess.PROMPTS));
      assertThat(found.answers()).isEqualTo(expected.answers());
    }
    assertThat(Files.readAllLines(killed))
        .hasSize(ANSWERS)
        .containsExactlyInAnyOrderElementsOf(Files.readAllLines(whole));
  }

  private void answerUpTo(Path cache, long answers) throws Exception {
    Process process = RolloutProcess.start(cache);
    long before = Files.exists(cache) ? Files.readAllLines(cache).size() : 0;
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (Long.parseLong(line) >= Math.max(answers, before)) {
          process.toHandle().destroyForcibly();
        }
      }
    }
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(137);
    // What was in a group before that of the last answer is on the disk.
    assertThat(Files.readAllLines(cache).size()).isGreaterThanOrEqualTo((int) before);
  }
}
