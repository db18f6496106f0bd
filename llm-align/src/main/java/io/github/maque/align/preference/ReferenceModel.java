package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.align.evaluation.AnswerLikelihood;
import io.github.maque.align.internal.TokenLogProbabilities;
import io.github.maque.data.dialogue.EncodedDialogue;
import io.github.maque.model.Decoder;
import io.github.maque.train.objective.MicroBatch;
import java.util.List;
import java.util.function.Supplier;

/**
 * A reference that computes: a second model, or the policy without its adapter, which costs no
 * memory. It takes one more forward pass a step.
 */
public final class ReferenceModel extends Reference {
  private final Decoder decoder;
  private final WithoutAdapter within;
  private final String name;

  private ReferenceModel(Decoder decoder, WithoutAdapter within, String name) {
    this.decoder = decoder;
    this.within = within;
    this.name = name;
  }

  /** Turns an adapter off for as long as something takes: {@code adapter::disabled}. */
  @FunctionalInterface
  public interface WithoutAdapter {
    /** Returns what an action returns while the adapter is off, and turns it on in any case. */
    <T> T get(Supplier<T> action);
  }

  /**
   * Returns a model as the reference.
   *
   * @param decoder not the one that learns, or else there is no difference
   */
  public static ReferenceModel of(Decoder decoder) {
    return new ReferenceModel(decoder, Supplier::get, "model");
  }

  /**
   * Returns the model that learns as the reference, as it is without what it has learnt.
   *
   * @param decoder whose weights are frozen but for an adapter's
   */
  public static ReferenceModel withoutAdapter(Decoder decoder, WithoutAdapter withoutAdapter) {
    return new ReferenceModel(decoder, withoutAdapter, "model without adapter");
  }

  /** Returns how likely it finds the answers of dialogues. */
  List<AnswerLikelihood> likelihoods(List<EncodedDialogue> dialogues) {
    return within.get(() -> AnswerLikelihood.of(decoder, dialogues));
  }

  /** Returns how many tokens a dialogue may have. */
  int contextLength() {
    return decoder.config().contextLength();
  }

  @Override
  void requireKnows(PreferencePairs pairs) {
    requireFits(decoder, pairs);
  }

  @Override
  NDArray sums(NDManager scope, MicroBatch batch, PairRows rows, PairKernels kernels) {
    try (NDArray found = within.get(() -> TokenLogProbabilities.of(decoder, batch))) {
      return kernels.sums(scope, batch, rows, found).logProbabilities();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
