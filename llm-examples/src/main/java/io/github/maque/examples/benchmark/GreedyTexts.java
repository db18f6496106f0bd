package io.github.maque.examples.benchmark;

import io.github.maque.model.generate.DecodingSession;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Texts that a session continues with what is most probable, some slots at a time; nothing but the
 * session is measured.
 */
final class GreedyTexts {
  private final DecodingSession session;
  private final int[] slots;
  private final int[][] prompts;
  private final float[][] logits;
  private final int[] next;

  /**
   * Creates texts.
   *
   * @param slots which slots take part, all the time
   * @param prompts the beginning of each of their texts
   */
  GreedyTexts(DecodingSession session, int[] slots, int[][] prompts) {
    this.session = session;
    this.slots = slots;
    this.prompts = prompts;
    logits = new float[slots.length][session.vocabularySize()];
    next = new int[slots.length];
  }

  /** Texts in all slots of a session, with random prompts. */
  static GreedyTexts random(DecodingSession session, int promptLength, long seed) {
    int[][] prompts =
        RandomBatch.of(session.slots(), promptLength - 1, session.vocabularySize(), seed).rows();
    return new GreedyTexts(session, IntStream.range(0, session.slots()).toArray(), prompts);
  }

  /** Begins the texts anew. */
  void prefill() {
    session.prefill(slots, prompts, logits);
    choose();
  }

  /** Adds tokens to each text. */
  void steps(int count) {
    for (int i = 0; i < count; i++) {
      session.step(slots, next, logits);
      choose();
    }
  }

  /**
   * Begins the texts anew and continues them.
   *
   * @param length how many tokens to add
   * @return what was added, {@code [slots][length]}
   */
  int[][] write(int length) {
    int[][] texts = new int[slots.length][length];
    for (int at = 0; at < length; at++) {
      if (at == 0) {
        prefill();
      } else {
        steps(1);
      }
      for (int i = 0; i < slots.length; i++) {
        texts[i][at] = next[i];
      }
    }
    return texts;
  }

  /** Returns the logits of what follows the texts, which change with the next step. */
  float[][] logits() {
    return logits;
  }

  private void choose() {
    Arrays.setAll(next, i -> mostProbable(logits[i]));
  }

  private static int mostProbable(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }
}
