package io.github.maque.examples.align;

import io.github.maque.data.dialogue.DialogueEncoder.Loss;
import io.github.maque.data.pack.OverlongPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a model is fine-tuned on.
 *
 * @param files of dialogues; none if they are named elsewhere
 * @param format how they are laid out
 * @param sequenceLength how many tokens a row has; if empty, as many as the model's context
 * @param loss which tokens are learnt
 * @param promptWeight how much all other tokens count, 0 to 1
 * @param overlong what becomes of dialogues longer than a row
 * @param packed whether several dialogues share a row
 * @param heldOut which share of the first questions is kept for validation, 0 to below 1
 */
public record DialogueSettings(
    List<Path> files,
    DialogueFormat format,
    OptionalInt sequenceLength,
    Loss loss,
    double promptWeight,
    OverlongPolicy overlong,
    boolean packed,
    double heldOut) {
  /** Copies the list; all else is checked where the data are read. */
  public DialogueSettings {
    files = List.copyOf(files);
  }

  /** Answers alone, packed into rows as long as the context, 5 % held out. */
  public static DialogueSettings defaults() {
    return new DialogueSettings(
        List.of(),
        DialogueFormat.AUTO,
        OptionalInt.empty(),
        Loss.EVERY_ANSWER,
        0,
        OverlongPolicy.TRUNCATE_END,
        true,
        0.05);
  }
}
