package io.github.maque.align.preference;

import io.github.maque.data.pack.Batch;
import io.github.maque.train.objective.MicroBatch;
import java.util.Arrays;

/**
 * Which pairs some rows hold.
 *
 * @param pairs their numbers, row by row
 * @param before for each row how many are in the rows before it
 */
record PairRows(int[] pairs, int[] before) {
  static PairRows of(PreferenceSequences sequences, MicroBatch batch) {
    Batch whole = batch.batch();
    int[] before = new int[batch.rows()];
    int[] pairs = new int[0];
    for (int row = 0; row < batch.rows(); row++) {
      int[] more = sequences.pairs(whole.sequence(batch.firstRow() + row));
      before[row] = pairs.length;
      pairs = Arrays.copyOf(pairs, pairs.length + more.length);
      System.arraycopy(more, 0, pairs, before[row], more.length);
    }
    return new PairRows(pairs, before);
  }
}
