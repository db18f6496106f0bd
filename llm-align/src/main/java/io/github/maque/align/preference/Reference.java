package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.maque.model.Decoder;
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
   * Refuses pairs that it has no log-probabilities of.
   *
   * @throws IllegalArgumentException if these are others, or too long
   */
  void requireKnows(PreferencePairs pairs) {}

  /** Refuses pairs that a decoder cannot be asked about. */
  static void requireFits(Decoder decoder, PreferencePairs pairs) {
    int most = decoder.config().contextLength();
    if (pairs.longestSide() > most) {
      throw new IllegalArgumentException(
          String.format(
              "pairs must have sides of at most %d tokens, the context length of the reference, but"
                  + " one has %d: collect them with a maxLength of at most %d",
              most, pairs.longestSide(), most));
    }
  }

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
      return scope.zeros(new Shape(rows.pairs().length, 2), DataType.FLOAT64);
    }

    @Override
    public String toString() {
      return "none";
    }
  }
}
