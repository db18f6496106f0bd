package io.github.maque.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.maque.model.layer.SequenceContext;
import org.jspecify.annotations.Nullable;

/** Parts of a decoder as a user would write them, of DJL's own operations alone. */
final class PlainBlocks {
  private PlainBlocks() {}

  /** A feed-forward with the square of ReLU, of DJL's own blocks; no biases. */
  static Block feedForward(DecoderConfig config) {
    return new SequentialBlock()
        .add(linear(config.feedForwardWidth()))
        .add(Activation.reluBlock())
        .add(list -> new NDList(list.singletonOrThrow().square()))
        .add(linear(config.width()));
  }

  private static Linear linear(int units) {
    return Linear.builder().setUnits(units).optBias(false).build();
  }

  /** Causal attention with as many heads of keys and values as of queries, without rotation. */
  static final class Attention extends AbstractBlock {
    private final int heads;
    private final Linear qkv;
    private final Linear output;

    Attention(DecoderConfig config) {
      heads = config.heads();
      qkv = addChildBlock("qkv", linear(3 * config.heads() * config.headSize()));
      output = addChildBlock("output", linear(config.width()));
    }

    @Override
    protected NDList forwardInternal(
        ParameterStore store,
        NDList inputs,
        boolean training,
        @Nullable PairList<String, Object> params) {
      NDArray x = inputs.singletonOrThrow();
      Shape shape = x.getShape();
      NDArray parts =
          qkv.forward(store, new NDList(x), training)
              .singletonOrThrow()
              .reshape(shape.get(0), shape.get(1), 3, heads, -1)
              .transpose(2, 0, 3, 1, 4);
      NDArray queries = parts.get(0);
      NDArray scores =
          queries.matMul(parts.get(1).transpose(0, 1, 3, 2)).div(Math.sqrt(headSize(queries)));
      NDArray mask =
          SequenceContext.of(params).mask().orElseGet(() -> causal(x.getManager(), shape.get(1)));
      NDArray seen = scores.add(mask.toType(DataType.FLOAT32, false).sub(1).mul(1e9));
      NDArray found = seen.softmax(-1).matMul(parts.get(2)).transpose(0, 2, 1, 3);
      NDArray joined = found.reshape(shape.get(0), shape.get(1), -1);
      return output.forward(store, new NDList(joined), training);
    }

    private static long headSize(NDArray queries) {
      return queries.getShape().get(3);
    }

    private static NDArray causal(NDManager manager, long time) {
      NDArray place = manager.arange((int) time);
      return place.reshape(1, time).lte(place.reshape(time, 1));
    }

    @Override
    protected void initializeChildBlocks(
        NDManager manager, DataType dataType, Shape... inputShapes) {
      qkv.initialize(manager, dataType, inputShapes);
      output.initialize(
          manager,
          dataType,
          qkv.getOutputShapes(inputShapes)[0]
              .slice(0, 2)
              .add(qkv.getOutputShapes(inputShapes)[0].get(2) / 3));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
      return inputShapes;
    }
  }

  /** A whole layer: both parts, with RMS norms before them and additions after them. */
  static final class Layer extends AbstractBlock {
    private final Attention attention;
    private final Block feedForward;
    private final Parameter attentionNorm;
    private final Parameter feedForwardNorm;
    private final double epsilon;

    Layer(DecoderConfig config) {
      attention = addChildBlock("attention", new Attention(config));
      feedForward = addChildBlock("feedForward", PlainBlocks.feedForward(config));
      attentionNorm = addParameter(norm("attentionNorm", config.width()));
      feedForwardNorm = addParameter(norm("feedForwardNorm", config.width()));
      epsilon = config.normEpsilon();
    }

    private static Parameter norm(String name, int width) {
      return Parameter.builder()
          .setName(name)
          .setType(Parameter.Type.GAMMA)
          .optShape(new Shape(width))
          .build();
    }

    @Override
    protected NDList forwardInternal(
        ParameterStore store,
        NDList inputs,
        boolean training,
        @Nullable PairList<String, Object> params) {
      NDArray x = inputs.singletonOrThrow();
      NDArray normed = normed(x, store.getValue(attentionNorm, x.getDevice(), training));
      NDArray middle =
          x.add(attention.forward(store, new NDList(normed), training, params).singletonOrThrow());
      NDArray again = normed(middle, store.getValue(feedForwardNorm, x.getDevice(), training));
      return new NDList(
          middle.add(
              feedForward.forward(store, new NDList(again), training, params).singletonOrThrow()));
    }

    private NDArray normed(NDArray x, NDArray weight) {
      NDArray meanSquare = x.square().mean(new int[] {2}, true);
      return x.div(meanSquare.add(epsilon).sqrt()).mul(weight);
    }

    @Override
    protected void initializeChildBlocks(
        NDManager manager, DataType dataType, Shape... inputShapes) {
      attention.initialize(manager, dataType, inputShapes);
      feedForward.initialize(manager, dataType, inputShapes);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
      return inputShapes;
    }
  }
}
