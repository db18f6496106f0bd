package io.github.maque.train;

import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import java.util.SplittableRandom;

/** Random tokens, a mark, and the same tokens again; these alone count. */
final class Copies implements Sequences {
  private final int tokens;
  private final int copied;
  private final long size;

  Copies(int tokens, int copied, long size) {
    this.tokens = tokens;
    this.copied = copied;
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int length() {
    return 2 * copied;
  }

  @Override
  public void read(long index, Row row) {
    SplittableRandom random = new SplittableRandom(index);
    int[] text = new int[2 * copied + 1];
    for (int place = 0; place < copied; place++) {
      text[place] = random.nextInt(tokens);
      text[copied + 1 + place] = text[place];
    }
    text[copied] = tokens;
    for (int place = 0; place < length(); place++) {
      row.ids[place] = text[place];
      row.targets[place] = text[place + 1];
      row.lossWeights[place] = place < copied ? 0 : 1;
    }
    row.segment(0, 0, length());
  }
}
