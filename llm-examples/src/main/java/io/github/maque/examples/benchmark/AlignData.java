package io.github.maque.examples.benchmark;

import io.github.maque.align.preference.PreferencePairs;
import io.github.maque.align.preference.PreferenceSequences;
import io.github.maque.align.preference.ReferenceLogProbabilities;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.data.dialogue.EncodedPreference;
import io.github.maque.data.pack.OverlongPolicy;
import io.github.maque.data.pack.PackedSequences;
import io.github.maque.data.pack.SampleList;
import java.util.Arrays;

/**
 * Random questions, each with two answers: as pairs to prefer one from, and the very same answers
 * as samples to imitate. Both are packed by best fit into rows of one length, and only answers are
 * learnt. What a step costs does not depend on what is in them.
 *
 * @param vocabulary how many ids there are
 * @param samples each side of each pair by itself
 * @param pairs the pairs
 */
record AlignData(int vocabulary, PackedSequences samples, PreferenceSequences pairs) {
  private static final int SHORTEST_LENGTH = 16;

  /**
   * Draws pairs. A question has a sixteenth of a row, and an answer as many tokens to five times as
   * many.
   *
   * @param length how many tokens a row has, 16 or more
   * @param count how many pairs
   */
  static AlignData of(int length, int vocabulary, int count) {
    if (length < SHORTEST_LENGTH) {
      throw new IllegalArgumentException(
          "length must be at least " + SHORTEST_LENGTH + ", got " + length);
    }
    SplitMix random = new SplitMix(1);
    PreferencePairs.Builder pairs =
        PreferencePairs.builder(length / 2, PreferencePairs.Overlong.DROP);
    SampleList.Builder samples = SampleList.builder();
    for (int i = 0; i < count; i++) {
      int[] question = ids(random, length / SHORTEST_LENGTH, vocabulary);
      EncodedDialogue chosen = answered(random, question, vocabulary);
      EncodedDialogue rejected = answered(random, question, vocabulary);
      pairs.add(new EncodedPreference(chosen, rejected, question.length));
      samples.add(chosen.ids(), chosen.learned()).add(rejected.ids(), rejected.learned());
    }
    return new AlignData(
        vocabulary,
        PackedSequences.bestFit(samples.build(), length, OverlongPolicy.REJECT, 0),
        PreferenceSequences.bestFit(pairs.build(), length, 0));
  }

  private static EncodedDialogue answered(SplitMix random, int[] question, int vocabulary) {
    int[] answer = ids(random, question.length + random.nextInt(4 * question.length), vocabulary);
    int[] ids = Arrays.copyOf(question, question.length + answer.length);
    System.arraycopy(answer, 0, ids, question.length, answer.length);
    boolean[] learned = new boolean[ids.length];
    Arrays.fill(learned, question.length, ids.length, true);
    return new EncodedDialogue(ids, learned);
  }

  private static int[] ids(SplitMix random, int count, int vocabulary) {
    int[] ids = new int[count];
    Arrays.setAll(ids, t -> random.nextInt(vocabulary));
    return ids;
  }

  /** Returns how many tokens a row has. */
  int length() {
    return samples.length();
  }

  /** Returns what a model that knows nothing thinks of the pairs, as if from a file. */
  ReferenceLogProbabilities reference() {
    PreferencePairs all = pairs.pairs();
    double[] chosen = new double[all.size()];
    double[] rejected = new double[all.size()];
    Arrays.setAll(chosen, pair -> -all.chosen(pair).learnedTokens() * Math.log(vocabulary));
    Arrays.setAll(rejected, pair -> -all.rejected(pair).learnedTokens() * Math.log(vocabulary));
    return ReferenceLogProbabilities.of(all, chosen, rejected);
  }
}
