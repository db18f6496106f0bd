package io.github.maque.examples.benchmark;

import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;

/**
 * More random sequences than anybody asks for, to train on: what a step costs does not depend on
 * what is in them.
 *
 * @param length how many tokens each has
 * @param vocabulary how many ids there are
 */
record RandomSequences(int length, int vocabulary) implements Sequences {
  @Override
  public long size() {
    return 1_000_000;
  }

  @Override
  public void read(long index, Row row) {
    SplitMix random = new SplitMix(index);
    int next = random.nextInt(vocabulary);
    for (int t = 0; t < length; t++) {
      row.ids[t] = next;
      next = random.nextInt(vocabulary);
      row.targets[t] = next;
      row.lossWeights[t] = 1;
    }
    row.segment(0, 0, length);
  }
}
