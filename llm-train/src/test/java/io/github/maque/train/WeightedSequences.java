package io.github.maque.train;

import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;

/** Sequences whose loss weights are multiplied by a factor. */
record WeightedSequences(Sequences sequences, float factor) implements Sequences {
  @Override
  public long size() {
    return sequences.size();
  }

  @Override
  public int length() {
    return sequences.length();
  }

  @Override
  public void read(long index, Row row) {
    sequences.read(index, row);
    for (int place = 0; place < row.length(); place++) {
      row.lossWeights[place] *= factor;
    }
  }
}
