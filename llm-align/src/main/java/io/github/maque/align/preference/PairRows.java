package io.github.maque.align.preference;

import io.github.maque.data.pack.Batch;
import io.github.maque.train.objective.MicroBatch;
import java.util.stream.IntStream;

/**
 * Which pairs some rows hold.
 *
 * @param pairs their numbers, row by row
 */
record PairRows(int[] pairs) {
  static PairRows of(PreferenceSequences sequences, MicroBatch batch) {
    Batch whole = batch.batch();
    return new PairRows(
        IntStream.range(0, batch.rows())
            .mapToLong(row -> whole.sequence(batch.firstRow() + row))
            .mapToObj(sequences::pairs)
            .flatMapToInt(IntStream::of)
            .toArray());
  }
}
