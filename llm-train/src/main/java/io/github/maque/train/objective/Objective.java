package io.github.maque.train.objective;

import io.github.maque.data.pack.Batch;

/**
 * What a run makes smaller. The loss of a step is a sum over all of its rows, divided by the sum of
 * their {@linkplain #weight weights}: so it is the same number, with the same gradients, whether
 * the rows are computed at once or a few at a time.
 *
 * <p>There are three kinds. {@link NextToken} knows from the start how much each token counts. A
 * {@link TokenObjective} makes its loss of the targets' log-probabilities, as preference learning
 * does. A {@link HiddenObjective} makes it of the hidden states, as a reward model does. With the
 * latter two a user's own objective is a lambda.
 */
public sealed interface Objective permits NextToken, TokenObjective, HiddenObjective {
  /**
   * Returns how much a row counts in what the sum of losses is divided by, 0 or more: by default
   * the sum of the loss weights of its tokens, so that a loss is a mean over tokens.
   */
  default double weight(Batch batch, int row) {
    double sum = 0;
    int length = batch.length();
    var weights = batch.lossWeights().asFloatBuffer();
    for (int place = row * length; place < (row + 1) * length; place++) {
      sum += weights.get(place);
    }
    return sum;
  }

  /**
   * Returns whether the loss on held-out data is the mean negative log-likelihood of a token, in
   * nats, each counting by its loss weight. Of such a loss alone perplexity and bits per byte are
   * told; no loss is one that does not say so.
   */
  default boolean isNegativeLogLikelihood() {
    return false;
  }

  /** Returns how many rows in a row belong together and are computed at once; 2 for pairs. */
  default int rowsTogether() {
    return 1;
  }
}
