package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledPreparationTest {
  /** Set {@code -Dmaque.kills=50} for a thorough look. */
  private static final int KILLS = Integer.getInteger("maque.kills", 20);

  private static final int FILES = 20;
  private static final long SHARD_TOKENS = 30_000;

  @TempDir private Path scratch;

  /**
   * Kills a preparation at random moments and lets it go on, again and again: what is finished in
   * between is what an undisturbed run makes, and so is the whole in the end.
   */
  @Test
  void makesTheSameFilesHoweverOftenItIsKilled() throws Exception {
    List<String> stories = new ArrayList<>(PreparationFixture.stories(8_000, 5));
    for (int i = 0; i < 1_000; i++) {
      stories.add(stories.get(7 * i)); // exact duplicates
      stories.add(stories.get(7 * i + 1) + "完了"); // nearly equal, and longer
    }
    // A file is a block at least, and so much is lost by a kill.
    Path input = Files.createDirectory(scratch.resolve("stories"));
    for (int i = 0; i < FILES; i++) {
      int part = stories.size() / FILES;
      PreparationFixture.write(
          input.resolve("stories" + i), stories.subList(i * part, (i + 1) * part));
    }
    Path tokenizer = scratch.resolve("tokenizer");
    TokenizerFiles.save(PreparationFixture.tokenizer(), tokenizer, TokenizerConfig.DEFAULT);
    Path undisturbed = scratch.resolve("undisturbed");
    PreparationProcess.builder(input, tokenizer, SHARD_TOKENS).build(undisturbed);
    Map<String, Integer> expected = PreparationFixture.contents(undisturbed);
    assertThat(expected.size()).isGreaterThan(20);

    // A part of the time that all of it takes, or most runs would finish what is left.
    long longest = millisToFinish(input, tokenizer, scratch.resolve("timed")) / 2;
    Random random = new Random(8);
    int kills = 0;
    int finished = 0;
    Set<Integer> progress = new HashSet<>();
    Path directory = Files.createDirectory(scratch.resolve("killed-0"));
    while (kills < KILLS) {
      if (isKilledAfter(random.nextInt((int) longest), input, tokenizer, directory)) {
        kills++;
        Map<String, Integer> contents = PreparationFixture.contents(directory);
        assertThat(expected).containsAllEntriesOf(contents);
        progress.add(contents.size());
      } else {
        assertThat(PreparationFixture.contents(directory)).isEqualTo(expected);
        finished++;
        directory = Files.createDirectory(scratch.resolve("killed-" + finished));
      }
    }
    PreparationProcess.builder(input, tokenizer, SHARD_TOKENS).build(directory);
    assertThat(PreparationFixture.contents(directory)).isEqualTo(expected);
    // Otherwise the kills were all too early, or all too late, to tell anything.
    assertThat(progress).hasSizeGreaterThan(2);
  }

  private static long millisToFinish(Path input, Path tokenizer, Path directory) throws Exception {
    Process process = start(input, tokenizer, directory);
    long start = System.nanoTime();
    assertThat(process.waitFor()).isZero();
    return (System.nanoTime() - start) / 1_000_000;
  }

  private static boolean isKilledAfter(int millis, Path input, Path tokenizer, Path directory)
      throws Exception {
    Process process = start(input, tokenizer, directory);
    Thread.sleep(millis); // no test of time: any moment is a good one
    process.destroyForcibly(); // SIGKILL
    int code = process.waitFor();
    assertThat(code).isIn(0, 128 + 9);
    return code != 0;
  }

  private static Process start(Path input, Path tokenizer, Path directory) throws IOException {
    return PreparationProcess.start(
        input,
        tokenizer,
        directory,
        SHARD_TOKENS,
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xshare:auto");
  }
}
