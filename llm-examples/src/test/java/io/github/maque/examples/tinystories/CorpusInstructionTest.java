package io.github.maque.examples.tinystories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.dialogue.StoryConstraint;
import io.github.maque.data.dialogue.StoryField;
import io.github.maque.data.dialogue.StoryInstruction;
import io.github.maque.data.source.RecordSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusInstructionTest {
  private static final StoryCorpus CORPUS = StoryCorpus.of(42);
  private static final int MANY = 4_000;
  private static final List<StoryInstruction> INSTRUCTIONS =
      LongStream.range(0, MANY).mapToObj(CORPUS::instruction).toList();

  @Test
  void asksForWordsThatStandInTheStory() {
    for (StoryInstruction instruction : INSTRUCTIONS) {
      List<String> words = values(instruction, StoryField.WORDS);
      assertThat(words).doesNotHaveDuplicates().allMatch(instruction.story()::contains);
      assertThat(words.size()).isIn(0, 2, 3, 4);
      assertThat(words)
          .allMatch(word -> words.stream().filter(other -> other.contains(word)).count() == 1);
    }
  }

  /** A model that ignores the prompt uses a word as often as the corpus does. */
  @Test
  void asksForWordsThatFewStoriesHave() {
    Map<String, Integer> frequencies = new HashMap<>();
    for (StoryInstruction instruction : INSTRUCTIONS) {
      values(instruction, StoryField.WORDS).forEach(word -> frequencies.put(word, 0));
    }
    frequencies.replaceAll(
        (word, none) -> (int) INSTRUCTIONS.stream().filter(i -> i.story().contains(word)).count());
    assertThat(frequencies).hasSizeGreaterThan(400);
    assertThat(frequencies.values()).allMatch(count -> count < MANY / 8);
  }

  @Test
  void asksForASentenceOfTheStory() {
    for (StoryInstruction instruction : INSTRUCTIONS) {
      for (String sentence : values(instruction, StoryField.SENTENCE)) {
        assertThat(instruction.story()).contains(sentence);
        assertThat(sentence).matches(".*[。！？”]").hasSizeBetween(4, 60);
        assertThat(sentence.chars().filter(c -> c == '“').count())
            .isEqualTo(sentence.chars().filter(c -> c == '”').count());
      }
    }
  }

  @Test
  void asksForFeaturesThatTheStoryHas() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < MANY; i++) {
      List<String> features = values(INSTRUCTIONS.get(i), StoryField.FEATURES);
      seen.addAll(features);
      assertThat(CORPUS.story(i).features()).containsAll(features);
      if (features.contains("对话")) {
        assertThat(INSTRUCTIONS.get(i).story()).contains("“");
      }
    }
    assertThat(seen).containsExactlyInAnyOrder("对话", "转折", "寓意", "伏笔", "冲突", "悲伤的结局");
  }

  @Test
  void sumsUpThisStoryAndNoOther() {
    double own = 0;
    double others = 0;
    for (int i = 1; i < MANY; i++) {
      for (String summary : values(INSTRUCTIONS.get(i), StoryField.SUMMARY)) {
        long shared = sharedPairs(summary, INSTRUCTIONS.get(i).story());
        assertThat(shared).isPositive();
        own += shared;
        others += sharedPairs(summary, INSTRUCTIONS.get(i - 1).story());
      }
    }
    assertThat(own).isGreaterThan(4 * others);
  }

  @Test
  void asksForWordsAloneMostOften() {
    long wordsAlone =
        INSTRUCTIONS.stream().filter(i -> i.fields().equals(Set.of(StoryField.WORDS))).count();
    assertThat(wordsAlone / (double) MANY).isCloseTo(0.5, within(0.03));
    assertThat(INSTRUCTIONS).allMatch(i -> !i.constraints().isEmpty());
    assertThat(INSTRUCTIONS.stream().map(StoryInstruction::fields).distinct())
        .hasSizeGreaterThanOrEqualTo(6);
  }

  @Test
  void writesInstructionsThatCanBeRead(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("instructions.jsonl");
    CORPUS.writeInstructions(file, 100, 200);

    List<StoryInstruction> read = new ArrayList<>();
    RecordSource.of(DialogueFormats.storyRecords(), file).forEach(read::add);
    assertThat(read).isEqualTo(INSTRUCTIONS.subList(100, 200));
  }

  private static List<String> values(StoryInstruction instruction, StoryField field) {
    return instruction.constraint(field).map(StoryConstraint::values).orElse(List.of());
  }

  private static long sharedPairs(String summary, String story) {
    return LongStream.range(0, summary.length() - 1)
        .filter(i -> story.contains(summary.substring((int) i, (int) i + 2)))
        .count();
  }
}
