package io.github.maque.model.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.util.PairList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the layers of a decoder know of the sequences beside their hidden states. It travels through
 * the parameters of {@link ai.djl.nn.Block#forward}, so that any DJL block can be a layer, and one
 * that cares can ask:
 *
 * <pre>{@code
 * protected NDList forwardInternal(
 *     ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
 *   NDArray positions = SequenceContext.of(params).positions();
 *   // …
 * }
 * }</pre>
 */
public final class SequenceContext {
  private static final String KEY = "maque.sequence";

  private final NDArray positions;
  private final @Nullable NDArray segments;
  private final NDArray mask;
  private final NDArray bias;
  private final NDArray cos;
  private final NDArray sin;
  private final LowRankUpdates updates;

  /**
   * Describes sequences.
   *
   * @param positions {@code [batch or 1, time]}
   * @param segments {@code [batch, time]}, if there are documents to keep apart
   * @param mask see {@link #mask}, or an empty array
   * @param bias the mask as attention differentiated by hand takes it, or an empty array
   * @param cos of the rotary angles, {@code [batch or 1, 1, time, rotated / 2]}, or an empty array
   * @param sin likewise
   * @param updates what is added to projections
   */
  public SequenceContext(
      NDArray positions,
      @Nullable NDArray segments,
      NDArray mask,
      NDArray bias,
      NDArray cos,
      NDArray sin,
      LowRankUpdates updates) {
    this.positions = positions;
    this.segments = segments;
    this.mask = mask;
    this.bias = bias;
    this.cos = cos;
    this.sin = sin;
    this.updates = updates;
  }

  /**
   * Returns what a decoder told its layers.
   *
   * @throws IllegalArgumentException if the parameters are not those of a decoder's layer
   */
  public static SequenceContext of(@Nullable PairList<String, Object> params) {
    if (params != null && params.get(KEY) instanceof SequenceContext context) {
      return context;
    }
    throw new IllegalArgumentException(
        "this block is a layer of a decoder and must be called by one: it needs to know positions"
            + " and masks");
  }

  /** Returns this as parameters of a block. */
  public PairList<String, Object> asParameters() {
    PairList<String, Object> params = new PairList<>();
    params.add(KEY, this);
    return params;
  }

  /** Returns the positions of tokens in their documents, {@code [batch or 1, time]}, integers. */
  public NDArray positions() {
    return positions;
  }

  /** Returns the number of each token's document, {@code [batch, time]}, if they are kept apart. */
  public Optional<NDArray> segments() {
    return Optional.ofNullable(segments);
  }

  /**
   * Returns where tokens may look, {@code [batch or 1, 1, time, time]}, true at query place q and
   * key place k if q may look at k; nothing if that is wherever k ≤ q.
   */
  public Optional<NDArray> mask() {
    return mask.getShape().size() == 0 ? Optional.empty() : Optional.of(mask);
  }

  /** Returns what is added to the projections of all layers. */
  public LowRankUpdates updates() {
    return updates;
  }

  NDArray maskOrEmpty() {
    return mask;
  }

  /** Whether attention is to be differentiated by hand. */
  boolean splitsAttention() {
    return bias.getShape().size() > 0;
  }

  NDArray bias() {
    return bias;
  }

  NDArray cos() {
    return cos;
  }

  NDArray sin() {
    return sin;
  }
}
