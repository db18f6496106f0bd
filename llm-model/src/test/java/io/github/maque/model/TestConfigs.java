package io.github.maque.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Small decoders that have every option between them, and weights that let no error hide: norms
 * away from 1, biases away from 0, logits of some size.
 */
final class TestConfigs {
  private static final Positions ROTARY = rotary(100, 1, new RotaryScaling.None());

  /** By name. The first nine are those {@code oracle.py} has from other people's models. */
  private static final Map<String, DecoderConfig> ALL = new LinkedHashMap<>();

  static {
    add(
        "llama",
        c -> c.headSize(6).keyValueHeads(1).positions(rotary(100, 1, new RotaryScaling.Linear(3))));
    add("llama-biased", c -> c.attentionBias(true).attentionOutputBias(true).feedForwardBias(true));
    add(
        "llama-3",
        c -> c.headSize(8).positions(rotary(50, 1, new RotaryScaling.Llama3(4, 1, 3, 16))));
    add(
        "qwen3",
        c ->
            c.headSize(8)
                .queryKeyNorm(true)
                .slidingWindow(3)
                .normEpsilon(1e-6)
                .positions(rotary(1e6, 1, new RotaryScaling.Yarn(2.5, 10, 3, 0.5, 1.25))));
    add(
        "gpt2",
        c ->
            c.norm(NormKind.LAYER_NORM)
                .feedForward(FeedForwardKind.GELU)
                .positions(new Positions.Learned())
                .keyValueHeads(4)
                .attentionBias(true)
                .attentionOutputBias(true)
                .feedForwardBias(true));
    add(
        "gemma2",
        c ->
            c.postNorm(true)
                .feedForward(FeedForwardKind.GEGLU)
                .logitSoftCap(2)
                .embeddingScale(4)
                .slidingWindow(4));
    add(
        "phi",
        c ->
            c.parallelResidual(true)
                .norm(NormKind.LAYER_NORM)
                .feedForward(FeedForwardKind.GELU)
                .positions(rotary(100, 0.5, new RotaryScaling.None()))
                .attentionBias(true)
                .attentionOutputBias(true)
                .feedForwardBias(true)
                .tiedEmbeddings(false));
    add(
        "nemotron",
        c ->
            c.norm(NormKind.LAYER_NORM)
                .feedForward(FeedForwardKind.SQUARED_RELU)
                .positions(rotary(100, 0.5, new RotaryScaling.None()))
                .tiedEmbeddings(false));
    add("granite", c -> c.embeddingScale(1.5).logitScale(0.4).tiedEmbeddings(false));
    add("ntk", c -> c.headSize(8).positions(rotary(100, 0.75, new RotaryScaling.Ntk(4))));
    add(
        "no-positions",
        c ->
            c.positions(new Positions.None())
                .norm(NormKind.LAYER_NORM)
                .queryKeyNorm(true)
                .keyValueHeads(1)
                .attentionOutputBias(true));
    add("window-of-one", c -> c.slidingWindow(1).attentionBias(true).logitSoftCap(3));
    add("window-over-context", c -> c.slidingWindow(1000).feedForwardBias(true).logitScale(2));
    add(
        "odd",
        c ->
            c.vocabularySize(13)
                .vocabularyMultiple(1)
                .layers(3)
                .width(7)
                .heads(3)
                .headSize(2)
                .keyValueHeads(3)
                .feedForwardWidth(5)
                .feedForward(FeedForwardKind.GEGLU));
    add(
        "everything",
        c ->
            c.headSize(8)
                .postNorm(true)
                .parallelResidual(true)
                .norm(NormKind.LAYER_NORM)
                .feedForward(FeedForwardKind.GEGLU)
                .positions(rotary(30, 0.5, new RotaryScaling.Yarn(2, 8, 4, 1, 1.1)))
                .queryKeyNorm(true)
                .attentionBias(true)
                .attentionOutputBias(true)
                .feedForwardBias(true)
                .logitScale(0.7)
                .logitSoftCap(4)
                .embeddingScale(2)
                .slidingWindow(5)
                .tiedEmbeddings(false));
    add(
        "learned-parallel",
        c ->
            c.positions(new Positions.Learned())
                .parallelResidual(true)
                .feedForward(FeedForwardKind.SQUARED_RELU)
                .queryKeyNorm(true)
                .slidingWindow(2)
                .attentionBias(true));
  }

  private TestConfigs() {}

  private static void add(String name, UnaryOperator<DecoderConfig.Builder> change) {
    ALL.put(name, change.apply(plain()).build());
  }

  /** A small Llama: 19 tokens padded to 24, 4 heads of 4 places reading 2 of keys and values. */
  private static DecoderConfig.Builder plain() {
    return DecoderConfig.builder()
        .vocabularySize(19)
        .vocabularyMultiple(8)
        .contextLength(16)
        .layers(2)
        .width(16)
        .heads(4)
        .headSize(4)
        .keyValueHeads(2)
        .feedForward(FeedForwardKind.SWIGLU)
        .feedForwardWidth(24)
        .norm(NormKind.RMS_NORM)
        .normEpsilon(1e-5)
        .positions(ROTARY)
        .tiedEmbeddings(true)
        .dropout(0);
  }

  private static Positions rotary(double base, double fraction, RotaryScaling scaling) {
    return new Positions.Rotary(base, fraction, scaling);
  }

  static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  static DecoderConfig config(String name) {
    DecoderConfig config = ALL.get(name);
    if (config == null) {
      throw new IllegalArgumentException("no config " + name);
    }
    return config;
  }

  /** Returns ids for a test, below 13: {@code 1, 9, 1, 3, 2, …}. */
  static int[] ids(int time) {
    return IntStream.range(0, time).map(t -> (5 * t * t + 3 * t + 1) % 13).toArray();
  }

  /** Returns the shape of every parameter, by name, written down apart from the library's list. */
  static Map<String, long[]> shapes(DecoderConfig config) {
    Map<String, long[]> shapes = new TreeMap<>();
    long width = config.width();
    long queries = (long) config.heads() * config.headSize();
    long keys = (long) config.keyValueHeads() * config.headSize();
    long inner = config.feedForwardWidth();
    boolean layerNorm = config.norm() == NormKind.LAYER_NORM;
    shapes.put("model.embed_tokens.weight", new long[] {config.paddedVocabularySize(), width});
    if (!config.tiedEmbeddings()) {
      shapes.put("lm_head.weight", new long[] {config.paddedVocabularySize(), width});
    }
    if (config.positions() instanceof Positions.Learned) {
      shapes.put("model.embed_positions.weight", new long[] {config.contextLength(), width});
    }
    norm(shapes, "model.norm", width, layerNorm);
    for (int i = 0; i < config.layers(); i++) {
      String layer = "model.layers." + i + ".";
      norm(shapes, layer + "input_layernorm", width, layerNorm);
      if (!config.parallelResidual()) {
        norm(shapes, layer + "post_attention_layernorm", width, layerNorm);
      }
      if (config.postNorm()) {
        norm(shapes, layer + "self_attn_output_layernorm", width, layerNorm);
        norm(shapes, layer + "mlp_output_layernorm", width, layerNorm);
      }
      if (config.queryKeyNorm()) {
        norm(shapes, layer + "self_attn.q_norm", config.headSize(), false);
        norm(shapes, layer + "self_attn.k_norm", config.headSize(), false);
      }
      boolean attentionBias = config.attentionBias();
      projection(shapes, layer + "self_attn.q_proj", queries, width, attentionBias);
      projection(shapes, layer + "self_attn.k_proj", keys, width, attentionBias);
      projection(shapes, layer + "self_attn.v_proj", keys, width, attentionBias);
      projection(shapes, layer + "self_attn.o_proj", width, queries, config.attentionOutputBias());
      if (config.feedForward().gated()) {
        projection(shapes, layer + "mlp.gate_proj", inner, width, config.feedForwardBias());
      }
      projection(shapes, layer + "mlp.up_proj", inner, width, config.feedForwardBias());
      projection(shapes, layer + "mlp.down_proj", width, inner, config.feedForwardBias());
    }
    return shapes;
  }

  private static void norm(Map<String, long[]> shapes, String name, long size, boolean bias) {
    shapes.put(name + ".weight", new long[] {size});
    if (bias) {
      shapes.put(name + ".bias", new long[] {size});
    }
  }

  private static void projection(
      Map<String, long[]> shapes, String name, long out, long in, boolean bias) {
    shapes.put(name + ".weight", new long[] {out, in});
    if (bias) {
      shapes.put(name + ".bias", new long[] {out});
    }
  }

  /**
   * Returns weights for a test, floats all: numbers evenly spread over −1 to 1 from {@code
   * java.util.Random} seeded by the parameter's name; those of a bias as they are times 0.3, of a
   * norm the same and 1 more, of a matrix times the root of 3 over the row's length (which keeps
   * the size of what goes through), of an embedding times 1.
   */
  static Map<String, double[]> weights(DecoderConfig config) {
    Map<String, double[]> weights = new TreeMap<>();
    shapes(config)
        .forEach(
            (name, shape) -> {
              Random random = new Random(name.hashCode());
              int count = Math.toIntExact(shape.length == 1 ? shape[0] : shape[0] * shape[1]);
              double scale = scale(name, shape);
              double center = name.endsWith("norm.weight") ? 1 : 0;
              weights.put(
                  name,
                  random.doubles(count).map(u -> (float) (center + scale * (2 * u - 1))).toArray());
            });
    return weights;
  }

  private static double scale(String name, long[] shape) {
    if (name.contains("embed_")) {
      return 1;
    }
    return shape.length == 1 ? 0.3 : Math.sqrt(3.0 / shape[1]);
  }
}
