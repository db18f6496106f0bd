package io.github.maque.model.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.maque.model.layer.GroupedQueryAttention.Attended;
import java.util.ArrayList;
import java.util.List;

/**
 * One layer of a decoder: attention and feed-forward, each with a norm before it and added to the
 * residual stream {@code [batch, time, width]}; in parallel form both read the same norm.
 *
 * <p>Attention and feed-forward are the ones of this package or any DJL block that maps normalised
 * hidden states {@code [batch, time, width]} to what is to be added to the residual stream.
 */
public final class DecoderLayer extends AbstractBlock {
  /**
   * The norms of a layer, each its weight and, for layer norms, its bias; empty where there is
   * none.
   *
   * @param attentionInput before attention; in parallel form also before the feed-forward
   * @param attentionOutput of what attention adds
   * @param feedForwardInput before the feed-forward; empty in parallel form
   * @param feedForwardOutput of what the feed-forward adds
   */
  public record Norms(
      List<Parameter> attentionInput,
      List<Parameter> attentionOutput,
      List<Parameter> feedForwardInput,
      List<Parameter> feedForwardOutput) {}

  private final DecoderKernels kernels;
  private final Norms norms;
  private final Block attention;
  private final Block feedForward;
  private final boolean parallel;

  /**
   * Creates a layer.
   *
   * @param kernels the arithmetic
   * @param norms the norms around the sub-layers
   * @param attention {@link GroupedQueryAttention}, or any block
   * @param feedForward {@link FeedForward}, or any block
   * @param parallel whether both read the layer's input
   */
  public DecoderLayer(
      DecoderKernels kernels, Norms norms, Block attention, Block feedForward, boolean parallel) {
    this.kernels = kernels;
    this.norms = norms;
    this.attention = addChildBlock("self_attn", attention);
    this.feedForward = addChildBlock("mlp", feedForward);
    this.parallel = parallel;
    norms.attentionInput.forEach(this::addParameter);
    norms.attentionOutput.forEach(this::addParameter);
    norms.feedForwardInput.forEach(this::addParameter);
    norms.feedForwardOutput.forEach(this::addParameter);
  }

  /** Returns the attention sub-layer. */
  public Block attention() {
    return attention;
  }

  /** Returns the feed-forward sub-layer. */
  public Block feedForward() {
    return feedForward;
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
    NDArray x = inputs.singletonOrThrow();
    SequenceContext context = SequenceContext.of(params);
    NDManager manager = x.getManager();
    NDArray middle;
    if (attention instanceof GroupedQueryAttention own) {
      NDList weights = attentionWeights(store, own, x, training);
      middle =
          context.splitsAttention()
              ? own.attend(manager, x, x, weights, context, training, false).output()
              : own.run(manager, x, x, weights, context, training);
    } else {
      middle = custom(store, attention, x, x, true, training, params);
    }
    return new NDList(feedForward(store, middle, x, context, training, params));
  }

  /**
   * Runs the layer so that a gradient can be taken back through it, with attention differentiated
   * by hand where that is faster.
   *
   * @param x a leaf of the graph that wants a gradient
   */
  Recording record(ParameterStore store, NDArray x, SequenceContext context, boolean training) {
    PairList<String, Object> params = context.asParameters();
    if (!(context.splitsAttention() && attention instanceof GroupedQueryAttention own)) {
      NDList output = forward(store, new NDList(x), training, params);
      return new Recording(x, output.singletonOrThrow());
    }
    NDManager manager = x.getManager();
    NDList weights = attentionWeights(store, own, x, training);
    Attended attended = own.attend(manager, x, x, weights, context, training, true);
    NDArray output = feedForward(store, attended.output(), x, context, training, params);
    return new Recording(x, output) {
      @Override
      void backwardThroughCuts() {
        try (NDArray foundGradient = attended.found().getGradient()) {
          NDArray gradient = own.attendBackward(manager, foundGradient, attended.kept(), context);
          backward(attended.queries(), gradient);
          gradient.close();
        }
      }
    };
  }

  private NDList attentionWeights(
      ParameterStore store, GroupedQueryAttention own, NDArray x, boolean training) {
    NDList weights = values(store, norms.attentionInput, x, training);
    weights.addAll(own.weights(store, x, training));
    weights.addAll(values(store, norms.attentionOutput, x, training));
    return weights;
  }

  private NDArray feedForward(
      ParameterStore store,
      NDArray middle,
      NDArray input,
      SequenceContext context,
      boolean training,
      PairList<String, Object> params) {
    NDArray x = parallel ? input : middle;
    if (feedForward instanceof FeedForward own) {
      List<Parameter> before = parallel ? norms.attentionInput : norms.feedForwardInput;
      NDList weights = values(store, before, x, training);
      weights.addAll(own.weights(store, x, training));
      weights.addAll(values(store, norms.feedForwardOutput, x, training));
      return own.run(x.getManager(), middle, x, weights, context, training);
    }
    return custom(store, feedForward, middle, x, false, training, params);
  }

  private NDArray custom(
      ParameterStore store,
      Block block,
      NDArray base,
      NDArray x,
      boolean isAttention,
      boolean training,
      PairList<String, Object> params) {
    NDManager manager = x.getManager();
    List<Parameter> before =
        isAttention || parallel ? norms.attentionInput : norms.feedForwardInput;
    List<Parameter> after = isAttention ? norms.attentionOutput : norms.feedForwardOutput;
    NDArray normed = kernels.norm(manager, x, values(store, before, x, training));
    NDArray y = block.forward(store, new NDList(normed), training, params).singletonOrThrow();
    if (!y.getShape().equals(x.getShape())) {
      throw new IllegalStateException(
          (isAttention ? "attention" : "feed-forward")
              + " block "
              + block.getClass().getName()
              + " must return as it was given, "
              + x.getShape()
              + ", but returned "
              + y.getShape());
    }
    NDList norm = values(store, after, x, training);
    if (norm.isEmpty()) {
      norm.add(kernels.none()); // a list must have something in it
    }
    return kernels.add.call(manager, base, y, norm, training).singletonOrThrow();
  }

  private static NDList values(
      ParameterStore store, List<Parameter> parameters, NDArray like, boolean training) {
    NDList values = new NDList();
    for (Parameter parameter : parameters) {
      values.add(store.getValue(parameter, like.getDevice(), training));
    }
    return values;
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType dataType, Shape... inputShapes) {
    for (Block block : new ArrayList<>(getChildren().values())) {
      block.initialize(manager, dataType, inputShapes);
    }
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    return inputShapes;
  }
}
