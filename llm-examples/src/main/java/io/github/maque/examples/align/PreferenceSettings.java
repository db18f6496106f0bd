package io.github.maque.examples.align;

import io.github.maque.align.preference.PreferencePairs.Overlong;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a model learns preferences from.
 *
 * @param files of preferences; none if they are named elsewhere
 * @param maxLength the most tokens of an answer with its prompt; if empty, the model's context
 * @param sequenceLength tokens of a row, which holds whole pairs; if empty, room for two answers of
 *     {@code maxLength}
 * @param overlong what becomes of longer ones
 * @param heldOut which share of the prompts is kept for validation, 0 to below 1
 */
public record PreferenceSettings(
    List<Path> files,
    OptionalInt maxLength,
    OptionalInt sequenceLength,
    Overlong overlong,
    double heldOut) {
  /** Copies the list; all else is checked where the data are read. */
  public PreferenceSettings {
    files = List.copyOf(files);
  }

  /** Answers cut where the context ends, 5 % held out. */
  public static PreferenceSettings defaults() {
    return new PreferenceSettings(
        List.of(), OptionalInt.empty(), OptionalInt.empty(), Overlong.TRUNCATE, 0.05);
  }
}
