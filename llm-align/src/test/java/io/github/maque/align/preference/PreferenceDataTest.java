package io.github.maque.align.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.maque.align.HeldOut;
import io.github.maque.align.preference.PreferencePairs.Overlong;
import io.github.maque.data.MalformedDataException;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.source.RecordSource;
import io.github.maque.tokenizer.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreferenceDataTest {
  private static final HeldOut HALF = new HeldOut(0.5);

  @TempDir private Path directory;

  private static String line(String prompt, String chosen, String rejected) {
    return "{\"prompt\":\"%s\",\"chosen\":\"%s\",\"rejected\":\"%s\"}"
        .formatted(prompt, chosen, rejected);
  }

  /** Returns the first questions that are on one side. */
  private static List<String> questions(boolean heldOut, int count) {
    return IntStream.range(0, 1000)
        .mapToObj(i -> "q" + i)
        .filter(text -> HALF.contains(List.of(ChatMessage.user(text))) == heldOut)
        .limit(count)
        .toList();
  }

  private PreferenceData.Builder data(List<String> lines) throws IOException {
    Path file = directory.resolve("pairs.jsonl");
    Files.write(file, lines);
    return PreferenceData.builder(TinyChat.TEMPLATE, TinyChat.TOKENIZER)
        .preferences(RecordSource.of(DialogueFormats.preferences(), file))
        .maxLength(40)
        .heldOut(HALF.share());
  }

  @Test
  void heldOutPromptsAreThoseOfPairsThatAreKept() throws IOException {
    List<String> held = questions(true, 3);
    List<String> lines = new ArrayList<>();
    questions(false, 2).forEach(question -> lines.add(line(question, "yes", "no")));
    lines.add(line(held.get(0), "yes", "no"));
    lines.add(line(held.get(0), "yes", "never"));
    lines.add(line(held.get(1), "yes".repeat(50), "no"));
    lines.add(line(held.get(2), "yes", "no"));
    PreferenceData data = data(lines).overlong(Overlong.DROP).read();
    assertThat(data.training().size()).isEqualTo(2);
    assertThat(data.validation().orElseThrow().size()).isEqualTo(3);
    assertThat(data.heldOutPrompts())
        .containsExactly(
            List.of(ChatMessage.user(held.get(0))), List.of(ChatMessage.user(held.get(2))));
  }

  @Test
  void badPairsAreNamedByFileAndLineOnce() throws IOException {
    List<String> lines = new ArrayList<>();
    questions(false, 2).forEach(question -> lines.add(line(question, "yes", "no")));
    lines.add("");
    lines.add(line(questions(false, 3).get(2), "yes".repeat(50), "no"));
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(data(lines).overlong(Overlong.REJECT)::read)
        .withMessageStartingWith(
            directory.resolve("pairs.jsonl") + ": line 4: pair 2 has a side of")
        .satisfies(e -> assertThat(e.getMessage().split("pairs.jsonl", -1)).hasSize(2));
  }

  @Test
  void tooFewPairsAreCounted() throws IOException {
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(data(List.of(line(questions(false, 1).get(0), "yes", "no")))::read)
        .withMessageEndingWith(
            "pairs.jsonl: expected more pairs: of 1 that can be used none is left to hold out at a"
                + " share of 0.5 (of its own 0 too long, 0 without an answer, 0 with equal answers)");
    assertThatExceptionOfType(MalformedDataException.class)
        .isThrownBy(data(List.of(line(questions(true, 1).get(0), "yes", "no")))::read)
        .withMessageContaining("of 1 that can be used none is left to train on");
  }
}
