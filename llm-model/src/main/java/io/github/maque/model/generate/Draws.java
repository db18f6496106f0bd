package io.github.maque.model.generate;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Draws the next tokens of many sequences, on several threads where they are many: with small
 * models this takes a tenth of the decoder's time, in which its threads would wait.
 */
final class Draws {

  /** Fewer sequences are drawn for before other threads have woken up. */
  private static final int FEWEST_FOR_A_THREAD = 4;

  /** For each thread a workspace. */
  private final Candidates[] candidates;

  /**
   * Makes room.
   *
   * @param slots how many sequences there can be
   * @param vocabularySize how many tokens to choose from; larger ids are never chosen
   */
  Draws(int slots, int vocabularySize) {
    int processors = Runtime.getRuntime().availableProcessors();
    candidates = new Candidates[Math.max(1, Math.min(processors, slots / FEWEST_FOR_A_THREAD))];
    for (int i = 0; i < candidates.length; i++) {
      candidates[i] = new Candidates(vocabularySize);
    }
  }

  /**
   * Draws for every sequence there is.
   *
   * @param sequences for every slot what is in it, if anything
   * @param logits for every slot what the decoder says, changed in place
   */
  void draw(@Nullable Sequence[] sequences, float[][] logits) {
    int busy = 0;
    for (Sequence sequence : sequences) {
      busy += sequence == null ? 0 : 1;
    }
    int threads = Math.max(1, Math.min(candidates.length, busy / FEWEST_FOR_A_THREAD));
    if (threads == 1) {
      draw(sequences, logits, 0, 1);
    } else {
      IntStream.range(0, threads)
          .parallel()
          .forEach(thread -> draw(sequences, logits, thread, threads));
    }
  }

  private void draw(@Nullable Sequence[] sequences, float[][] logits, int first, int every) {
    for (int slot = first; slot < sequences.length; slot += every) {
      Sequence sequence = sequences[slot];
      if (sequence != null) {
        sequence.draw(logits[slot], candidates[first]);
      }
    }
  }
}
