package io.github.maque.align.preference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderInput;
import io.github.maque.train.objective.MicroBatch;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A reference that computes: a second model, or the policy without its adapter, which costs no
 * memory. It takes one more forward pass a step.
 */
public final class ReferenceModel extends Reference {
  private final Decoder decoder;
  private final Function<Supplier<NDArray>, NDArray> within;
  private final String name;

  private ReferenceModel(
      Decoder decoder, Function<Supplier<NDArray>, NDArray> within, String name) {
    this.decoder = decoder;
    this.within = within;
    this.name = name;
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
   * @param withoutAdapter gets what it is given while the adapter is off, and turns it on again
   *     whatever happens: {@code adapter::disabled}
   */
  public static ReferenceModel withoutAdapter(
      Decoder decoder, Function<Supplier<NDArray>, NDArray> withoutAdapter) {
    return new ReferenceModel(decoder, withoutAdapter, "model without adapter");
  }

  /**
   * Returns the log-probabilities of targets, float32 {@code [rows, length]}, without gradients.
   *
   * @param manager what they are attached to
   * @param targets int32 {@code [rows, length]}
   */
  public NDArray logProbabilities(NDManager manager, DecoderInput input, NDArray targets) {
    return within.apply(() -> logProbabilities(decoder, manager, input, targets));
  }

  /** Returns what a model as it is makes of targets. */
  static NDArray logProbabilities(
      Decoder decoder, NDManager manager, DecoderInput input, NDArray targets) {
    try (NDManager scratch = manager.newSubManager()) {
      NDArray hidden = decoder.hiddenStates(scratch, input);
      NDArray table = decoder.headTable().getArray();
      NDArray found = decoder.head().logProbabilities(scratch, hidden, table, targets).get(0);
      found.attach(manager);
      return found;
    }
  }

  @Override
  NDArray sums(NDManager scope, MicroBatch batch, PairRows rows, PairKernels kernels) {
    NDArray found = logProbabilities(scope, batch.input(), batch.targets());
    return kernels.sums(scope, batch, rows, found).logProbabilities();
  }

  @Override
  public String toString() {
    return name;
  }
}
