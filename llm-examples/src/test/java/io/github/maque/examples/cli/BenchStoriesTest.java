package io.github.maque.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchStoriesTest {
  @TempDir Path directory;

  @Test
  void makesAnArchiveThatHasWhatItSays() throws IOException {
    Path file = directory.resolve("stories.tar.gz");
    JsonObject figures =
        stories(file, "--bytes", "1m", "--exact-duplicates", "0.2", "--json").json();
    assertThat(figures.get("unpacked_bytes").getAsLong()).isBetween(1_000_000L, 1_010_000L);
    assertThat(figures.get("file_bytes").getAsLong()).isEqualTo(Files.size(file));
    JsonObject found = Invocation.of("data", "stats", "--input", file, "--json").json();
    assertThat(found.get("documents")).isEqualTo(figures.get("stories"));
    assertThat(found.get("duplicate_documents")).isEqualTo(figures.get("exact_duplicates"));
    assertThat(found.get("format").getAsString()).isEqualTo("json(story_zh)");
  }

  @Test
  void makesAsManyStoriesAsAskedFor() {
    Path file = directory.resolve("stories.tar.gz");
    assertThat(stories(file, "--stories", "17").succeeds().out())
        .contains("stories")
        .contains("17");
  }

  @Test
  void rejectsWhatItCannotMake() {
    Path file = directory.resolve("stories.tar.gz");
    stories(file, "--stories", "17", "--bytes", "1m").rejects("exclude each other");
    stories(file, "--stories", "0").rejects("stories must be positive, got 0");
    stories(file, "--near-duplicates", "2").rejects("nearDuplicates must be between 0 and 1");
    stories(directory.resolve("none/file")).rejects("none", "no such file");
    assertThat(file).doesNotExist();
  }

  private static Invocation stories(Path out, String... options) {
    Object[] words = new Object[options.length + 4];
    words[0] = "bench";
    words[1] = "stories";
    words[2] = "--out";
    words[3] = out;
    System.arraycopy(options, 0, words, 4, options.length);
    return Invocation.of(words);
  }
}
