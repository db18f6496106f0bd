package io.github.maque.examples.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.FeedForwardKind;
import io.github.maque.model.NormKind;
import io.github.maque.model.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decoder as one writes it with what DJL has: its blocks, and operations on its arrays where
 * there is no block. From ids {@code [batch, time]} to logits {@code [batch, time, vocabulary]}, in
 * 32-bit floats.
 */
final class PlainDecoder extends AbstractBlock {
  private final DecoderConfig config;
  private final Parameter embedding;
  private final Parameter finalNorm;
  private final List<Block> layers = new ArrayList<>();

  /**
   * Creates a decoder with copies of another's weights.
   *
   * @param manager what it lives with
   * @throws IllegalArgumentException if the other is of a shape that nobody compares
   */
  PlainDecoder(NDManager manager, Decoder other) {
    config = other.config();
    if (config.feedForward() != FeedForwardKind.SWIGLU
        || config.norm() != NormKind.RMS_NORM
        || !(config.positions() instanceof Positions.Rotary)
        || config.keyValueHeads() != config.heads()
        || !config.tiedEmbeddings()) {
      throw new IllegalArgumentException(
          "only the benchmark's shape is written out, not " + config);
    }
    Map<String, Parameter> weights = other.parametersByName();
    embedding =
        addParameter(
            parameter(
                weights,
                "model.embed_tokens.weight",
                new Shape(config.paddedVocabularySize(), config.width())));
    for (int layer = 0; layer < config.layers(); layer++) {
      layers.add(addChildBlock("layer", new Layer(weights, "model.layers." + layer + ".")));
    }
    finalNorm = addParameter(parameter(weights, "model.norm.weight", new Shape(config.width())));
    initialize(manager, DataType.FLOAT32, new Shape(1, config.contextLength()));
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDArray ids = inputs.singletonOrThrow();
    NDManager manager = ids.getManager();
    NDArray table = store.getValue(embedding, manager.getDevice(), training);
    NDList angles = angles(manager, ids.getShape().get(1));
    NDArray hidden = Embedding.embedding(ids, table, SparseFormat.DENSE).singletonOrThrow();
    for (Block layer : layers) {
      NDList input = new NDList(hidden);
      input.addAll(angles);
      hidden = layer.forward(store, input, training).singletonOrThrow();
    }
    NDArray normed = norm(hidden, store.getValue(finalNorm, manager.getDevice(), training));
    return Linear.linear(normed, table);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    return new Shape[] {inputs[0].add(config.paddedVocabularySize())};
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
    for (Block layer : layers) {
      layer.initialize(manager, type, inputs[0].add(config.width()));
    }
  }

  /** Returns cosines and sines {@code [time, head size / 2]} of rotations, and the causal mask. */
  private NDList angles(NDManager manager, long time) {
    long half = config.headSize() / 2;
    double base = ((Positions.Rotary) config.positions()).base();
    float[] angles = new float[(int) (time * half)];
    float[] mask = new float[(int) (time * time)];
    for (int t = 0; t < time; t++) {
      for (int i = 0; i < half; i++) {
        angles[(int) (t * half) + i] = (float) (t * Math.pow(base, -(double) i / half));
      }
      for (int u = t + 1; u < time; u++) {
        mask[(int) (t * time) + u] = Float.NEGATIVE_INFINITY;
      }
    }
    NDArray angle = manager.create(angles, new Shape(time, half));
    return new NDList(angle.cos(), angle.sin(), manager.create(mask, new Shape(time, time)));
  }

  private NDArray norm(NDArray x, NDArray weight) {
    NDArray meanSquare = x.square().mean(new int[] {-1}, true);
    return x.div(meanSquare.add((float) config.normEpsilon()).sqrt()).mul(weight);
  }

  private static Parameter parameter(Map<String, Parameter> weights, String name, Shape shape) {
    Parameter parameter =
        Parameter.builder().setName(name).setType(Parameter.Type.WEIGHT).optShape(shape).build();
    copyLater(parameter, weights, name);
    return parameter;
  }

  private static void copyLater(Parameter parameter, Map<String, Parameter> weights, String name) {
    Parameter original = weights.get(name);
    if (original == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    parameter.setInitializer(
        (manager, shape, type) -> {
          NDArray copy = original.getArray().duplicate();
          copy.attach(manager);
          return copy;
        });
  }

  private final class Layer extends AbstractBlock {
    private final Parameter attentionNorm;
    private final Parameter feedForwardNorm;
    private final Block query;
    private final Block key;
    private final Block value;
    private final Block output;
    private final Block gate;
    private final Block up;
    private final Block down;

    Layer(Map<String, Parameter> weights, String prefix) {
      Shape width = new Shape(config.width());
      long heads = (long) config.heads() * config.headSize();
      attentionNorm = addParameter(parameter(weights, prefix + "input_layernorm.weight", width));
      feedForwardNorm =
          addParameter(parameter(weights, prefix + "post_attention_layernorm.weight", width));
      query = linear(weights, prefix + "self_attn.q_proj.weight", heads);
      key = linear(weights, prefix + "self_attn.k_proj.weight", heads);
      value = linear(weights, prefix + "self_attn.v_proj.weight", heads);
      output = linear(weights, prefix + "self_attn.o_proj.weight", config.width());
      gate = linear(weights, prefix + "mlp.gate_proj.weight", config.feedForwardWidth());
      up = linear(weights, prefix + "mlp.up_proj.weight", config.feedForwardWidth());
      down = linear(weights, prefix + "mlp.down_proj.weight", config.width());
    }

    private Block linear(Map<String, Parameter> weights, String name, long units) {
      Linear linear = Linear.builder().setUnits(units).optBias(false).build();
      copyLater(linear.getDirectParameters().valueAt(0), weights, name);
      return addChildBlock(name, linear);
    }

    @Override
    protected NDList forwardInternal(
        ParameterStore store,
        NDList inputs,
        boolean training,
        @Nullable PairList<String, Object> params) {
      NDArray x = inputs.get(0);
      NDArray cos = inputs.get(1);
      NDArray sin = inputs.get(2);
      NDArray mask = inputs.get(3);
      Shape shape = x.getShape();
      NDArray h = norm(x, store.getValue(attentionNorm, x.getDevice(), training));
      NDArray q = rotate(heads(apply(query, store, h, training)), cos, sin);
      NDArray k = rotate(heads(apply(key, store, h, training)), cos, sin);
      NDArray v = heads(apply(value, store, h, training));
      NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)).div(Math.sqrt(config.headSize()));
      NDArray found = scores.add(mask).softmax(-1).matMul(v);
      NDArray joined = found.transpose(0, 2, 1, 3).reshape(shape.get(0), shape.get(1), -1);
      NDArray stream = x.add(apply(output, store, joined, training));
      NDArray n = norm(stream, store.getValue(feedForwardNorm, x.getDevice(), training));
      NDArray gated =
          Activation.swish(apply(gate, store, n, training), 1).mul(apply(up, store, n, training));
      return new NDList(stream.add(apply(down, store, gated, training)));
    }

    private NDArray apply(Block block, ParameterStore store, NDArray x, boolean training) {
      return block.forward(store, new NDList(x), training).singletonOrThrow();
    }

    /** From {@code [batch, time, heads · head size]} to {@code [batch, heads, time, head size]}. */
    private NDArray heads(NDArray x) {
      Shape shape = x.getShape();
      return x.reshape(shape.get(0), shape.get(1), config.heads(), config.headSize())
          .transpose(0, 2, 1, 3);
    }

    private NDArray rotate(NDArray x, NDArray cos, NDArray sin) {
      NDList halves = x.split(2, 3);
      NDArray a = halves.get(0);
      NDArray b = halves.get(1);
      return a.mul(cos).sub(b.mul(sin)).concat(b.mul(cos).add(a.mul(sin)), -1);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
      return new Shape[] {inputs[0]};
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
      Shape hidden = inputs[0];
      Shape outer = hidden.slice(0, 2);
      for (Block block : List.of(query, key, value, gate, up)) {
        block.initialize(manager, type, hidden);
      }
      output.initialize(manager, type, outer.add((long) config.heads() * config.headSize()));
      down.initialize(manager, type, outer.add(config.feedForwardWidth()));
    }
  }
}
