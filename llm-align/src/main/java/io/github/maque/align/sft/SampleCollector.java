package io.github.maque.align.sft;

import io.github.maque.align.HeldOut;
import io.github.maque.data.dialogue.Dialogue;
import io.github.maque.data.dialogue.DialogueEncoder;
import io.github.maque.data.dialogue.DialogueEncoder.Loss;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.PackingReport;
import io.github.maque.data.pack.SampleList;
import java.util.Arrays;

/** Makes samples of dialogues, and counts what becomes of them. Used by one thread. */
final class SampleCollector {
  private final DialogueEncoder encoder;
  private final Loss loss;
  private final float promptWeight;
  private final int length;
  private final OverlongPolicy overlong;
  private final HeldOut heldOut;
  private final SampleList.Builder training = SampleList.builder();
  private final SampleList.Builder validation = SampleList.builder();
  private long dialogues;
  private long dropped;
  private long withoutAnswer;
  private long truncated;
  private long unfinished;
  private long validationDialogues;
  private long answers;
  private long tokens;
  private long learnedTokens;
  private long lostTokens;

  /**
   * Creates an empty collector.
   *
   * @param loss which answers are learnt, not {@link Loss#EVERYTHING}
   * @param promptWeight how much every other token counts
   */
  SampleCollector(
      DialogueEncoder encoder,
      Loss loss,
      double promptWeight,
      int length,
      OverlongPolicy overlong,
      HeldOut heldOut) {
    this.encoder = encoder;
    this.loss = loss;
    this.promptWeight = (float) promptWeight;
    this.length = length;
    this.overlong = overlong;
    this.heldOut = heldOut;
  }

  /**
   * Encodes a dialogue and adds it, if there is something to be learnt from it.
   *
   * @throws IllegalArgumentException if it cannot be encoded, or is too long and may not be
   */
  void add(Dialogue dialogue) {
    EncodedDialogue whole = encoder.encode(dialogue, loss);
    if (whole.size() > length && overlong == OverlongPolicy.REJECT) {
      throw new IllegalArgumentException(
          "it has " + whole.size() + " tokens, and a row has only " + length);
    }
    dialogues++;
    if (whole.size() > length && overlong == OverlongPolicy.DROP) {
      dropped++;
      lostTokens += whole.size();
      return;
    }
    EncodedDialogue kept = beginning(whole);
    if (kept.learnedTokens() == 0) {
      withoutAnswer++;
      lostTokens += whole.size();
      return;
    }
    count(dialogue, whole, kept);
    boolean held = heldOut.contains(dialogue.messages());
    validationDialogues += held ? 1 : 0;
    (held ? validation : training).add(kept.ids(), weights(kept.learned()));
  }

  private EncodedDialogue beginning(EncodedDialogue whole) {
    return whole.size() <= length
        ? whole
        : new EncodedDialogue(
            Arrays.copyOf(whole.ids(), length), Arrays.copyOf(whole.learned(), length));
  }

  private void count(Dialogue dialogue, EncodedDialogue whole, EncodedDialogue kept) {
    int size = kept.size();
    answers += dialogue.answers();
    tokens += size;
    learnedTokens += kept.learnedTokens();
    if (size < whole.size()) {
      truncated++;
      lostTokens += whole.size() - size;
      // Between two answers there is always something of a prompt.
      unfinished += whole.learned()[size - 1] && whole.learned()[size] ? 1 : 0;
    }
  }

  private float[] weights(boolean[] learned) {
    float[] weights = new float[learned.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = learned[i] ? 1 : promptWeight;
    }
    return weights;
  }

  /** Returns what is to be trained on. */
  SampleList training() {
    return training.build();
  }

  /** Returns what is held out. */
  SampleList validation() {
    return validation.build();
  }

  /** Returns what became of all dialogues. */
  FineTuningReport report(long unreadable, PackingReport packing) {
    return new FineTuningReport(
        dialogues,
        unreadable,
        dropped,
        withoutAnswer,
        truncated,
        unfinished,
        validationDialogues,
        answers,
        tokens,
        learnedTokens,
        lostTokens,
        packing);
  }
}
