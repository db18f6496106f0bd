package io.github.maque.train.tune;

import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import java.util.SplittableRandom;

/** Sequences in which each token is one of three that the one before allows. */
record WalkSource(int tokens, int length, long size, long seed) implements Sequences {
  /** Returns the mean of −log p of the choices, the lowest loss that there is. */
  static double entropy() {
    return -(0.6 * Math.log(0.6) + 0.3 * Math.log(0.3) + 0.1 * Math.log(0.1));
  }

  @Override
  public void read(long index, Row row) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + index);
    int token = random.nextInt(tokens);
    for (int place = 0; place < length; place++) {
      row.ids[place] = token;
      double draw = random.nextDouble();
      token = (token * 5 + (draw < 0.6 ? 1 : draw < 0.9 ? 3 : 8)) % tokens;
      row.targets[place] = token;
      row.lossWeights[place] = 1;
    }
    row.segment(0, 0, length);
  }
}
