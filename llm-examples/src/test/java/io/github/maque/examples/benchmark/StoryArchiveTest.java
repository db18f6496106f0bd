package io.github.maque.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoryArchiveTest {
  private static final StoryArchive ARCHIVE = new StoryArchive(1, 0.1, 0.2);

  /** One line of the TinyStoriesChinese data set has 3,035 bytes, and these fields. */
  @Test
  void hasTheFieldsAndSizesOfTheDataSet() throws IOException {
    List<String> names = new ArrayList<>();
    List<JsonObject> stories = read(bytes(ARCHIVE, 400), names);

    assertThat(stories).hasSize(400);
    assertThat(names).startsWith("data00_zh.jsonl", "data01_zh.jsonl").hasSizeBetween(7, 9);
    double bytes = 0;
    for (JsonObject story : stories) {
      assertThat(story.keySet())
          .containsExactly("story", "instruction", "summary", "source", "story_zh");
      JsonObject instruction = story.getAsJsonObject("instruction");
      assertThat(instruction.keySet()).containsExactly("prompt:", "words", "features");
      assertThat(instruction.get("prompt:").getAsString().length()).isBetween(300, 450);
      assertThat(instruction.getAsJsonArray("words")).hasSize(3);
      assertThat(story.get("story").getAsString().length()).isBetween(800, 1600);
      assertThat(story.get("summary").getAsString().length()).isBetween(150, 240);
      assertThat(story.get("story_zh").getAsString().length()).isBetween(200, 900);
      bytes += story.toString().getBytes(StandardCharsets.UTF_8).length;
    }
    assertThat(bytes / stories.size()).isCloseTo(3035, within(500.0));
  }

  @Test
  void repeatsAsManyStoriesAsItSays() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StoryArchive.Contents contents = ARCHIVE.writeStories(out, 1000, done -> {});
    List<String> texts = new ArrayList<>();
    for (JsonObject story : read(out.toByteArray(), new ArrayList<>())) {
      texts.add(story.get("story_zh").getAsString());
    }

    assertThat(contents.stories()).isEqualTo(1000);
    assertThat((double) contents.exactDuplicates()).isCloseTo(100, within(40.0));
    assertThat((double) contents.nearDuplicates()).isCloseTo(200, within(50.0));
    Set<String> distinct = new HashSet<>(texts);
    assertThat(1000 - distinct.size()).isEqualTo((int) contents.exactDuplicates());
    long near = 0;
    for (int i = 0; i < texts.size(); i++) {
      near += isNearDuplicate(texts.get(i), texts.subList(0, i)) ? 1 : 0;
    }
    // A copy of a story of which there was a changed copy before is near to that one too.
    assertThat(near)
        .isBetween(
            contents.nearDuplicates(), contents.nearDuplicates() + contents.exactDuplicates());
  }

  @Test
  void isTheSameEachTimeAndAnotherForAnotherSeed() throws IOException {
    assertThat(bytes(ARCHIVE, 50)).isEqualTo(bytes(ARCHIVE, 50));
    List<JsonObject> others = read(bytes(new StoryArchive(2, 0.1, 0.2), 50), new ArrayList<>());
    assertThat(read(bytes(ARCHIVE, 50), new ArrayList<>())).doesNotContainAnyElementsOf(others);
  }

  @Test
  void endsWhenThereAreEnoughBytes(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("stories.tar.gz");
    StoryArchive.Contents contents = StoryArchive.write(file, 300_000, 1);
    List<String> names = new ArrayList<>();
    assertThat(read(Files.readAllBytes(file), names)).hasSize((int) contents.stories());
    assertThat(names).hasSize(contents.files());
    assertThat(contents.bytes()).isBetween(300_000L, 305_000L);
  }

  @Test
  void tellsHowFarItIs() throws IOException {
    List<Long> done = new ArrayList<>();
    StoryArchive.Contents contents =
        ARCHIVE.writeBytes(new ByteArrayOutputStream(), 100_000, done::add);
    assertThat(done).hasSize(contents.files()).isSorted().last().isEqualTo(contents.bytes());
  }

  @Test
  void rejectsWhatIsNoShare() {
    assertThatThrownBy(() -> new StoryArchive(1, -0.1, 0))
        .hasMessage("exactDuplicates must be between 0 and 1, got -0.1");
    assertThatThrownBy(() -> new StoryArchive(1, 0.6, 0.6)).hasMessageContaining("1.2");
    assertThatThrownBy(() -> ARCHIVE.writeStories(new ByteArrayOutputStream(), 0, done -> {}))
        .hasMessage("stories must be positive, got 0");
    assertThatThrownBy(() -> ARCHIVE.writeBytes(new ByteArrayOutputStream(), 0, done -> {}))
        .hasMessage("bytes must be positive, got 0");
  }

  private static byte[] bytes(StoryArchive archive, long stories) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    archive.writeStories(out, stories, done -> {});
    return out.toByteArray();
  }

  private static List<JsonObject> read(byte[] archive, List<String> names) throws IOException {
    List<JsonObject> stories = new ArrayList<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(archive)))) {
      for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
        names.add(entry.getName());
        String lines = new String(tar.readAllBytes(), StandardCharsets.UTF_8);
        lines.lines().forEach(line -> stories.add(JsonParser.parseString(line).getAsJsonObject()));
      }
    }
    return stories;
  }

  private static boolean isNearDuplicate(String text, List<String> earlier) {
    for (String other : earlier) {
      int different = differences(text, other);
      if (different > 0 && different <= 4 + 4) {
        return true;
      }
    }
    return false;
  }

  /** Returns at how many places two texts of the same length differ, or a large number. */
  private static int differences(String a, String b) {
    if (a.length() != b.length()) {
      return Integer.MAX_VALUE;
    }
    int different = 0;
    for (int i = 0; i < a.length(); i++) {
      different += a.charAt(i) == b.charAt(i) ? 0 : 1;
    }
    return different;
  }
}
