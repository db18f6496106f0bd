package io.github.maque.model.generate;

/**
 * The tokens that may come next, fewer with every truncation, and the draw among them. They stay in
 * the order of their ids, so that a draw depends on what is left, not on how it was found. Serves
 * one sequence after the other and one thread; allocates nothing after it was made.
 */
final class Candidates {
  private final int[] ids;

  /** Probabilities in proportion, 1 for the most likely token. */
  private final double[] weights;

  private final double[] scratch;
  private final Cut cut = new Cut();
  private int size;
  private double total;

  /**
   * Makes room.
   *
   * @param vocabularySize how many tokens to choose from; larger ids are never chosen
   */
  Candidates(int vocabularySize) {
    ids = new int[vocabularySize];
    weights = new double[vocabularySize];
    scratch = new double[vocabularySize];
  }

  int size() {
    return size;
  }

  int id(int index) {
    return ids[index];
  }

  /** Returns the probability of the candidate at {@code index} to be drawn. */
  double probability(int index) {
    return weights[index] / total;
  }

  /**
   * Returns the id of the largest logit, the smallest id among equals.
   *
   * @throws IllegalStateException if a logit is no number, or all are negative infinity
   */
  int mostLikely(float[] logits) {
    int best = -1;
    float max = Float.NEGATIVE_INFINITY;
    for (int id = 0; id < ids.length; id++) {
      if (!(logits[id] <= max)) {
        max = Softmax.requireLogit(logits[id], id);
        best = id;
      }
    }
    return requireAny(best >= 0, best);
  }

  /**
   * Leaves the tokens that the options do, with their probabilities.
   *
   * @throws IllegalStateException as {@link #mostLikely}
   */
  void select(float[] logits, GenerationOptions options) {
    int topK = options.topK();
    gather(logits, topK > 0 && topK < ids.length ? smallestOfTop(logits, topK) : -Float.MAX_VALUE);
    weigh(logits, options.temperature());
    if (options.topP() < 1) {
      keepTop(options.topP());
    }
    if (options.minP() > 0) {
      keepShares(options.minP());
    }
  }

  /** Returns the candidate at the place {@code uniform}, from 0 to 1 (exclusive), of all. */
  int draw(double uniform) {
    double left = uniform * total;
    for (int i = 0; i < size - 1; i++) {
      left -= weights[i];
      if (left < 0) {
        return ids[i];
      }
    }
    return ids[size - 1];
  }

  /** Returns the {@code k}-th largest logit, or the least number if fewer are allowed. */
  private float smallestOfTop(float[] logits, int k) {
    int capacity = (int) Math.min(ids.length, 2L * k + 256);
    int count = 0;
    float bound = Float.NEGATIVE_INFINITY;
    for (int id = 0; id < ids.length; id++) {
      if (!(logits[id] <= bound)) {
        scratch[count++] = Softmax.requireLogit(logits[id], id);
        if (count == capacity) {
          cut.byCount(scratch, count, k);
          bound = (float) cut.value();
          count = k;
        }
      }
    }
    if (count < k) {
      return -Float.MAX_VALUE;
    }
    cut.byCount(scratch, count, k);
    return (float) cut.value();
  }

  private void gather(float[] logits, float least) {
    int count = 0;
    for (int id = 0; id < ids.length; id++) {
      if (!(logits[id] < least)) {
        ids[count++] = id;
      }
    }
    size = requireAny(count > 0, count);
  }

  private void weigh(float[] logits, double temperature) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      float logit = logits[ids[i]];
      if (!(logit <= max)) {
        max = Softmax.requireLogit(logit, ids[i]);
      }
    }
    // Widened in a loop of their own: in the next one each widening would wait for the exponential
    // before it, whose register it takes over, and all together take four times as long.
    for (int i = 0; i < size; i++) {
      weights[i] = logits[ids[i]];
    }
    double scale = 1 / temperature;
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double weight = Softmax.exp((weights[i] - max) * scale);
      weights[i] = weight;
      sum += weight;
    }
    total = sum;
  }

  private void keepTop(double probability) {
    // All tokens below this weight have less than what is to go together, so they go.
    double least = (1 - probability) * total / size * (1 - 1e-9);
    int count = 0;
    for (int i = 0; i < size; i++) {
      if (weights[i] >= least) {
        scratch[count++] = weights[i];
      }
    }
    cut.byMass(scratch, count, probability * total);
    keepFrom(cut.value(), cut.ties());
  }

  private void keepShares(double share) {
    keepFrom(share, size);
  }

  /**
   * Keeps what weighs more than {@code least} and the first {@code ties} of what is equal to it.
   */
  private void keepFrom(double least, int ties) {
    int count = 0;
    int tiesLeft = ties;
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double weight = weights[i];
      if (weight > least || (weight == least && tiesLeft-- > 0)) {
        ids[count] = ids[i];
        weights[count++] = weight;
        sum += weight;
      }
    }
    size = count;
    total = sum;
  }

  private static int requireAny(boolean any, int value) {
    if (!any) {
      throw new IllegalStateException("no token is left to choose: every logit is -Infinity");
    }
    return value;
  }
}
