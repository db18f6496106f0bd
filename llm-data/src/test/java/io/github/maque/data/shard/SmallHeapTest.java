package io.github.maque.data.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.maque.tokenizer.format.TokenizerConfig;
import io.github.maque.tokenizer.format.TokenizerFiles;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallHeapTest {
  private static final int STORIES = 2_000;
  private static final int COPIES = 140;

  @TempDir private Path scratch;

  /** 100 MB of text, the ids and the signatures of all stories would not fit into 80 MB. */
  @Test
  void preparesMoreThanItsHeapHolds() throws Exception {
    List<String> stories = PreparationFixture.stories(STORIES, 6);
    Path input = scratch.resolve("stories.txt");
    try (Writer out = Files.newBufferedWriter(input)) {
      for (int copy = 0; copy < COPIES; copy++) {
        for (String story : stories) {
          // Half of each story is new, so that it is neither equal nor nearly equal to another.
          out.write(story);
          out.write(String.valueOf(copy).repeat(story.length() / 2));
          out.write('\n');
        }
      }
    }
    assertThat(Files.size(input)).isGreaterThan(100_000_000);
    Path tokenizer = scratch.resolve("tokenizer");
    TokenizerFiles.save(PreparationFixture.tokenizer(), tokenizer, TokenizerConfig.DEFAULT);

    Path directory = scratch.resolve("data");
    Process process =
        PreparationProcess.start(
            input, tokenizer, directory, 10_000_000, "-Xmx80m", "-XX:+UseSerialGC");

    assertThat(process.waitFor()).isZero();
    assertThat(TokenDataset.open(directory, Split.TRAIN).documents()).isGreaterThan(STORIES);
  }
}
