package io.github.maque.model;

import io.github.maque.model.ParameterShape.Kind;
import java.util.ArrayList;
import java.util.List;

/** Writes down the parameters of a decoder in the order in which a token meets them. */
final class ParameterList {
  private final DecoderConfig config;
  private final List<ParameterShape> parameters = new ArrayList<>();

  private ParameterList(DecoderConfig config) {
    this.config = config;
  }

  static List<ParameterShape> of(DecoderConfig config) {
    ParameterList list = new ParameterList(config);
    list.addEmbeddings();
    for (int layer = 0; layer < config.layers(); layer++) {
      list.addLayer("model.layers." + layer + ".");
    }
    list.addHead();
    return List.copyOf(list.parameters);
  }

  private void addEmbeddings() {
    int width = config.width();
    add("model.embed_tokens.weight", Kind.TOKEN_EMBEDDING, config.paddedVocabularySize(), width);
    if (config.positions() instanceof Positions.Learned) {
      add("model.embed_positions.weight", Kind.POSITION_EMBEDDING, config.contextLength(), width);
    }
  }

  private void addLayer(String layer) {
    addNorm(layer + "input_layernorm");
    addAttention(layer + "self_attn.");
    if (config.postNorm()) {
      addNorm(layer + "self_attn_output_layernorm");
    }
    if (!config.parallelResidual()) {
      addNorm(layer + "post_attention_layernorm");
    }
    addFeedForward(layer + "mlp.");
    if (config.postNorm()) {
      addNorm(layer + "mlp_output_layernorm");
    }
  }

  private void addAttention(String attention) {
    int width = config.width();
    int queries = config.heads() * config.headSize();
    int keys = config.keyValueHeads() * config.headSize();
    boolean bias = config.attentionBias();
    addProjection(attention + "q_proj", Kind.PROJECTION, queries, width, bias);
    addProjection(attention + "k_proj", Kind.PROJECTION, keys, width, bias);
    addProjection(attention + "v_proj", Kind.PROJECTION, keys, width, bias);
    if (config.queryKeyNorm()) {
      add(attention + "q_norm.weight", Kind.NORM, config.headSize());
      add(attention + "k_norm.weight", Kind.NORM, config.headSize());
    }
    addProjection(
        attention + "o_proj",
        Kind.RESIDUAL_PROJECTION,
        width,
        queries,
        config.attentionOutputBias());
  }

  private void addFeedForward(String feedForward) {
    int width = config.width();
    int inner = config.feedForwardWidth();
    boolean bias = config.feedForwardBias();
    if (config.feedForward().gated()) {
      addProjection(feedForward + "gate_proj", Kind.PROJECTION, inner, width, bias);
    }
    addProjection(feedForward + "up_proj", Kind.PROJECTION, inner, width, bias);
    addProjection(feedForward + "down_proj", Kind.RESIDUAL_PROJECTION, width, inner, bias);
  }

  private void addHead() {
    addNorm("model.norm");
    if (!config.tiedEmbeddings()) {
      add("lm_head.weight", Kind.HEAD, config.paddedVocabularySize(), config.width());
    }
  }

  private void addProjection(String name, Kind kind, int out, int in, boolean bias) {
    add(name + ".weight", kind, out, in);
    if (bias) {
      add(name + ".bias", Kind.BIAS, out);
    }
  }

  private void addNorm(String name) {
    add(name + ".weight", Kind.NORM, config.width());
    if (config.norm() == NormKind.LAYER_NORM) {
      add(name + ".bias", Kind.BIAS, config.width());
    }
  }

  private void add(String name, Kind kind, Integer... dimensions) {
    parameters.add(new ParameterShape(name, kind, List.of(dimensions)));
  }
}
