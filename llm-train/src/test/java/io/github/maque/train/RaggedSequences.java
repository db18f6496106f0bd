package io.github.maque.train;

import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import java.util.SplittableRandom;

/** Random rows of up to three documents and padding, whose tokens count differently. */
final class RaggedSequences implements Sequences {
  private static final float[] WEIGHTS = {0, 0.25f, 1, 1, 3};

  private final int tokens;
  private final int length;
  private final long size;

  RaggedSequences(int tokens, int length, long size) {
    this.tokens = tokens;
    this.length = length;
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void read(long index, Row row) {
    SplittableRandom random = new SplittableRandom(index);
    int from = 0;
    int documents = 1 + random.nextInt(3);
    for (int document = 0; document < documents && from < length; document++) {
      int to = Math.min(length, from + 1 + random.nextInt(length));
      for (int place = from; place < to; place++) {
        row.ids[place] = random.nextInt(tokens);
        row.targets[place] = random.nextInt(tokens);
        row.lossWeights[place] = WEIGHTS[random.nextInt(WEIGHTS.length)];
      }
      row.segment(document, from, to);
      from = to;
    }
    row.pad(from, 0);
  }
}
