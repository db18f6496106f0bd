package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;

/**
 * What a loss of preferences is made of: for each pair the sums of the log-probabilities of the
 * tokens of its two answers, in nats, and how many tokens these are. All arrays are float64 {@code
 * [pairs]}; the policy's are differentiated.
 *
 * @param policyChosen of the model that learns, of the better answers
 * @param policyRejected of the worse answers
 * @param referenceChosen of the model that it is compared with; zeros without a reference
 * @param referenceRejected of the worse answers, alike
 * @param chosenTokens how many tokens the sums of the better answers are over, at least 1
 * @param rejectedTokens how many those of the worse answers are over
 */
public record PairLogProbabilities(
    NDArray policyChosen,
    NDArray policyRejected,
    NDArray referenceChosen,
    NDArray referenceRejected,
    NDArray chosenTokens,
    NDArray rejectedTokens) {

  /** Returns by how much more than the reference the policy prefers the better answers. */
  public NDArray margin() {
    return policyChosen.sub(policyRejected).sub(referenceChosen.sub(referenceRejected));
  }

  /** Returns means over the tokens of an answer in the place of sums; their counts become 1. */
  public PairLogProbabilities perToken() {
    return new PairLogProbabilities(
        policyChosen.div(chosenTokens),
        policyRejected.div(rejectedTokens),
        referenceChosen.div(chosenTokens),
        referenceRejected.div(rejectedTokens),
        chosenTokens.onesLike(),
        rejectedTokens.onesLike());
  }
}
