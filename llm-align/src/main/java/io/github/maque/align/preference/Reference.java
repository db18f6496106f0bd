package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.train.objective.MicroBatch;

/**
 * What a policy is compared with: the model as it was before it learnt preferences. Its
 * log-probabilities are either {@linkplain ReferenceLogProbabilities computed once} for all pairs,
 * or {@linkplain ReferenceModel in each step} anew, or there is {@linkplain #none none}.
 */
public abstract sealed class Reference
    permits ReferenceLogProbabilities, ReferenceModel, Reference.None {

  Reference() {}

  /**
   * Returns that there is no reference: for losses that need none. Rewards are then told of the
   * policy's log-probabilities alone.
   */
  public static Reference none() {
    return None.INSTANCE;
  }

  /**
   * Refuses pairs that it does not know.
   *
   * @throws IllegalArgumentException if these are others
   */
  void requireKnows(PreferencePairs pairs) {}

  /**
   * Returns the sums of the log-probabilities of answers, float64 {@code [pairs, 2]}, outside of
   * any graph but fit for one.
   *
   * @param scope what the result is attached to
   * @param rows which pairs these are
   */
  abstract NDArray sums(NDManager scope, MicroBatch batch, PairRows rows, PairKernels kernels);

  /** No reference: the logarithms of nothing, so to say. */
  static final class None extends Reference {
    private static final None INSTANCE = new None();

    private None() {}

    @Override
    NDArray sums(NDManager scope, MicroBatch batch, PairRows rows, PairKernels kernels) {
      return scope.create(new double[2 * rows.pairs().length]).reshape(-1, 2);
    }

    @Override
    public String toString() {
      return "none";
    }
  }
}
