package io.github.maque.train;

import io.github.maque.data.pack.Row;
import io.github.maque.data.pack.Sequences;
import java.util.SplittableRandom;

/**
 * Sequences in which each token depends on the one before by known probabilities: nothing predicts
 * them better than those, whose entropy is the lowest loss that there is.
 */
final class MarkovSource implements Sequences {
  private final double[][] transitions;
  private final int length;
  private final long size;
  private final long seed;

  MarkovSource(int tokens, int length, long size, long seed) {
    this.length = length;
    this.size = size;
    this.seed = seed;
    transitions = new double[tokens][tokens];
    SplittableRandom random = new SplittableRandom(7);
    for (double[] row : transitions) {
      double sum = 0;
      for (int to = 0; to < tokens; to++) {
        row[to] = Math.pow(random.nextDouble(), 6);
        sum += row[to];
      }
      for (int to = 0; to < tokens; to++) {
        row[to] /= sum;
      }
    }
  }

  /** Returns the mean of −log p over what the source emits, in nats. */
  double entropy() {
    int tokens = transitions.length;
    double[] state = new double[tokens];
    java.util.Arrays.fill(state, 1.0 / tokens);
    for (int i = 0; i < 1000; i++) {
      double[] next = new double[tokens];
      for (int from = 0; from < tokens; from++) {
        for (int to = 0; to < tokens; to++) {
          next[to] += state[from] * transitions[from][to];
        }
      }
      state = next;
    }
    double entropy = 0;
    for (int from = 0; from < tokens; from++) {
      for (double p : transitions[from]) {
        entropy -= p > 0 ? state[from] * p * Math.log(p) : 0;
      }
    }
    return entropy;
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
    SplittableRandom random = new SplittableRandom(seed * 31 + index);
    int token = random.nextInt(transitions.length);
    for (int place = 0; place < length; place++) {
      row.ids[place] = token;
      token = next(token, random.nextDouble());
      row.targets[place] = token;
      row.lossWeights[place] = 1;
    }
    row.segment(0, 0, length);
  }

  private int next(int token, double draw) {
    double left = draw;
    for (int to = 0; to < transitions.length; to++) {
      left -= transitions[token][to];
      if (left < 0) {
        return to;
      }
    }
    return transitions.length - 1;
  }
}
