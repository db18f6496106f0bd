package io.github.maque.align.rollout;

import io.github.maque.data.dialogue.Preference;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Preferences that were made of a model's answers.
 *
 * @param preferences the pairs, in the order of their prompts
 * @param prompts how many prompts were asked
 * @param leftOut how many pairs there are not, by reason; all reasons are there
 * @param rollout the answers that the pairs were made of, and how fast they came
 */
public record RolloutPreferences(
    List<Preference> preferences,
    int prompts,
    Map<LeftOut, Integer> leftOut,
    RolloutAnswers rollout) {

  /** Why two answers are not a pair. */
  public enum LeftOut {
    /** An answer was cut short, and such answers are not wanted. */
    UNFINISHED,
    /** Both are the same, but for white space around them. */
    IDENTICAL,
    /** The rejected answer is the same as that of another pair of the prompt. */
    DUPLICATE,
    /** All answers have the same score. */
    TIED,
    /** The better answer says nothing. */
    BLANK
  }

  /** Copies the collections. */
  public RolloutPreferences {
    preferences = List.copyOf(preferences);
    Map<LeftOut, Integer> counts = new EnumMap<>(LeftOut.class);
    for (LeftOut reason : LeftOut.values()) {
      counts.put(reason, leftOut.getOrDefault(reason, 0));
    }
    leftOut = Collections.unmodifiableMap(counts);
  }

  /** Returns how many characters a chosen answer has on average; NaN of none. */
  public double meanChosenCharacters() {
    return meanCharacters(preferences.stream().map(Preference::chosen).toList());
  }

  /** Returns how many characters a rejected answer has on average; NaN of none. */
  public double meanRejectedCharacters() {
    return meanCharacters(preferences.stream().map(Preference::rejected).toList());
  }

  /**
   * Writes the pairs as JSON lines ({@link Preference#toJson}), as a whole or not at all.
   *
   * @throws IOException if they cannot be written
   */
  public void write(Path file) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          for (Preference preference : preferences) {
            out.write((preference.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
          }
        });
  }

  private static double meanCharacters(List<List<ChatMessage>> answers) {
    return answers.stream()
        .mapToInt(
            messages ->
                messages.stream()
                    .map(ChatMessage::content)
                    .mapToInt(text -> text.codePointCount(0, text.length()))
                    .sum())
        .average()
        .orElse(Double.NaN);
  }
}
