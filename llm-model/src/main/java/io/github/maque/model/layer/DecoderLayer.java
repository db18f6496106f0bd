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
    NDManager manager = x.getManager();
    NDList before = values(store, norms.attentionInput, x, training);
    NDArray normed = kernels.norm(manager, x, before, isOwn(attention));
    NDArray middle = attention(manager, store, x, normed, training, params, false).output();
    NDArray read = parallel ? x : middle;
    before = values(store, beforeFeedForward(), x, training);
    normed = kernels.norm(manager, read, before, isOwn(feedForward));
    return new NDList(feedForward(manager, store, middle, normed, training, params));
  }

  /**
   * Runs the layer so that a gradient can be taken back through it, with norms, and attention where
   * that is faster, differentiated by hand: the graph is in two pieces, each from what a norm
   * returned to what is added to the residual stream.
   */
  Recording record(ParameterStore store, NDArray x, SequenceContext context, boolean training) {
    PairList<String, Object> params = context.asParameters();
    NDManager manager = x.getManager().newSubManager();
    NDList before = values(store, norms.attentionInput, x, training);
    RecordedNorm attentionNorm = new RecordedNorm(manager, kernels, x, before, isOwn(attention));
    attentionNorm.normed().setRequiresGradient(true);
    // A block of the caller's may ignore what it is given: so there is a graph in any case.
    x.setRequiresGradient(!isOwn(attention));
    Attended attended =
        attention(manager, store, x, attentionNorm.normed(), training, params, true);
    NDArray middle = attended.output().stopGradient();
    middle.attach(manager);
    middle.setRequiresGradient(!isOwn(feedForward));
    NDArray read = parallel ? x : middle;
    before = values(store, beforeFeedForward(), x, training);
    RecordedNorm feedForwardNorm =
        new RecordedNorm(manager, kernels, read, before, isOwn(feedForward));
    feedForwardNorm.normed().setRequiresGradient(true);
    NDArray output =
        feedForward(manager, store, middle, feedForwardNorm.normed(), training, params);
    return new Recording(output) {
      @Override
      public NDArray backward(NDArray gradient) {
        NDArray ofOutput = kernels.residual.call(manager, gradient).singletonOrThrow();
        backward(output, ofOutput);
        NDArray ofRead = feedForwardNorm.backward(ofOutput);
        NDArray ofMiddle =
            parallel ? ofOutput : kernels.residual.call(manager, ofRead).singletonOrThrow();
        backward(attended.output(), ofMiddle);
        attended.backwardThroughCut().run();
        NDArray ofInput = attentionNorm.backward(parallel ? ofRead : ofMiddle);
        ofInput.attach(x.getManager());
        manager.close();
        return ofInput;
      }
    };
  }

  private static boolean isOwn(Block block) {
    return block instanceof SubLayer;
  }

  private List<Parameter> beforeFeedForward() {
    return parallel ? norms.attentionInput : norms.feedForwardInput;
  }

  private Attended attention(
      NDManager manager,
      ParameterStore store,
      NDArray base,
      NDArray normed,
      boolean training,
      PairList<String, Object> params,
      boolean record) {
    NDList after = values(store, norms.attentionOutput, base, training);
    SequenceContext context = SequenceContext.of(params);
    if (attention instanceof GroupedQueryAttention own && context.splitsAttention()) {
      NDList weights = own.weights(store, base, training);
      weights.addAll(after);
      return own.attend(manager, base, normed, weights, context, training, record);
    }
    return new Attended(run(manager, store, attention, base, normed, after, training, params));
  }

  private NDArray feedForward(
      NDManager manager,
      ParameterStore store,
      NDArray base,
      NDArray normed,
      boolean training,
      PairList<String, Object> params) {
    NDList after = values(store, norms.feedForwardOutput, base, training);
    return run(manager, store, feedForward, base, normed, after, training, params);
  }

  private NDArray run(
      NDManager manager,
      ParameterStore store,
      Block block,
      NDArray base,
      NDArray normed,
      NDList after,
      boolean training,
      PairList<String, Object> params) {
    if (block instanceof SubLayer own) {
      NDList weights = own.weights(store, base, training);
      weights.addAll(after);
      SequenceContext context = SequenceContext.of(params);
      return own.run(manager, base, normed, weights, context, training);
    }
    NDArray y = block.forward(store, new NDList(normed), training, params).singletonOrThrow();
    if (!y.getShape().equals(base.getShape())) {
      throw new IllegalStateException(
          (block == attention ? "attention" : "feed-forward")
              + " block "
              + block.getClass().getName()
              + " must return as it was given, "
              + base.getShape()
              + ", but returned "
              + y.getShape());
    }
    if (after.isEmpty()) {
      after.add(kernels.none()); // a list must have something in it
    }
    return kernels.add.call(manager, base, y, after, training).singletonOrThrow();
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
