package io.github.maque.train.objective;

/**
 * Cross-entropy of the targets: pre-training, and fine-tuning on answers, whose loss weights are 0
 * outside of them. For a token of weight w
 *
 * <pre>{@code
 * w · ((1 − s) · (−log p(target)) + s · mean over the vocabulary of (−log p) + z · logSum²)
 * }</pre>
 *
 * @param labelSmoothing s (Szegedy et al., 2016), 0 to below 1
 * @param zLoss z, which keeps the sum of the exponentials of logits near 1 (de Brébisson and
 *     Vincent, 2016), 0 or more
 */
public record NextToken(double labelSmoothing, double zLoss) implements Objective {
  /** Checks the numbers. */
  public NextToken {
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new IllegalArgumentException(
          "labelSmoothing must be at least 0 and less than 1, got " + labelSmoothing);
    }
    if (!(zLoss >= 0 && zLoss < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("zLoss must be at least 0 and finite, got " + zLoss);
    }
  }

  /** Plain cross-entropy. */
  public NextToken() {
    this(0, 0);
  }

  /** Returns true: held-out data are judged without smoothing and z-loss. */
  @Override
  public boolean isNegativeLogLikelihood() {
    return true;
  }

  /** Returns plain cross-entropy. */
  public static NextToken defaults() {
    return new NextToken();
  }
}
