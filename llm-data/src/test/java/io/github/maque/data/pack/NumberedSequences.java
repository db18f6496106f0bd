package io.github.maque.data.pack;

import java.util.Objects;

/** Sequences that say which ones they are: the first id is the number, the second the source. */
record NumberedSequences(long size, int length, int source) implements Sequences {

  @Override
  public void read(long index, Row row) {
    Objects.checkIndex(index, size);
    for (int t = 0; t < length; t++) {
      row.ids[t] = t == 0 ? (int) index : source;
      row.targets[t] = (int) (index * 7 + t);
      row.lossWeights[t] = (index + t) % 3;
    }
    int half = (length + 1) / 2;
    row.segment(0, 0, half);
    row.segment(1, half, length);
    if (index % 4 == 3) {
      row.pad(length - 1, 0);
    }
  }
}
