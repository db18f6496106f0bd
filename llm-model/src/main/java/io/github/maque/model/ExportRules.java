package io.github.maque.model;

import java.util.ArrayList;
import java.util.List;

/**
 * What the architectures of other programs can say of a {@link DecoderConfig}. For Hugging Face's
 * that is what Transformers 5 computes from {@code config.json} of the model types {@code llama,
 * mistral} and {@code qwen3}; for GGUF what llama.cpp computes for the architectures {@code llama}
 * and {@code qwen3}.
 */
final class ExportRules {
  private final DecoderConfig config;
  private final String architecture;
  private final List<String> obstacles = new ArrayList<>();

  private ExportRules(DecoderConfig config, String architecture) {
    this.config = config;
    this.architecture = architecture;
  }

  /**
   * Llama where that fits. Mistral is Llama without biases, but with a sliding window, and without
   * Llama's rule that heads divide the width. Qwen3 is Llama with norms of queries and keys, with a
   * sliding window, without that rule and without biases in the feed-forward sub-layer.
   */
  static Exportability huggingFace(DecoderConfig config) {
    boolean llama = config.width() % config.heads() == 0 && !hasWindow(config);
    ExportRules rules =
        new ExportRules(
            config,
            config.queryKeyNorm()
                ? "Qwen3ForCausalLM"
                : llama ? "LlamaForCausalLM" : "MistralForCausalLM");
    rules.requireLlamaLayers();
    rules.require(
        config.attentionBias() == config.attentionOutputBias(),
        "attentionBias " + config.attentionBias(),
        "its biases of queries, keys, values and output come together, and attentionOutputBias is "
            + config.attentionOutputBias());
    if (config.queryKeyNorm()) {
      rules.requireNoFeedForwardBias();
    } else if (!llama) {
      String why =
          hasWindow(config)
              ? "slidingWindow " + config.slidingWindow()
              : "heads " + config.heads() + " do not divide width " + config.width();
      rules.require(
          !config.attentionBias() && !config.attentionOutputBias() && !config.feedForwardBias(),
          why,
          "LlamaForCausalLM does not allow it, and MistralForCausalLM no biases");
    }
    return rules.result();
  }

  /** GGUF's qwen3 has no biases at all, its llama each kind. Neither has a sliding window. */
  static Exportability gguf(DecoderConfig config) {
    boolean qwen = config.queryKeyNorm();
    ExportRules rules = new ExportRules(config, qwen ? "qwen3" : "llama");
    rules.requireLlamaLayers();
    rules.require(
        !hasWindow(config), "slidingWindow " + config.slidingWindow(), "it sees all tokens before");
    if (qwen) {
      rules.require(!config.attentionBias(), "attentionBias true", "it has none");
      rules.require(!config.attentionOutputBias(), "attentionOutputBias true", "it has none");
      rules.requireNoFeedForwardBias();
    }
    if (config.positions() instanceof Positions.Rotary rotary) {
      rules.requireGgufScaling(rotary.scaling(), qwen);
    }
    return rules.result();
  }

  private static boolean hasWindow(DecoderConfig config) {
    return config.slidingWindow() > 0 && config.slidingWindow() < config.contextLength();
  }

  /** Checks what all these architectures have in common. */
  private void requireLlamaLayers() {
    require(config.norm() == NormKind.RMS_NORM, "norm " + config.norm(), "it has RMS_NORM");
    require(
        config.feedForward() == FeedForwardKind.SWIGLU,
        "feedForward " + config.feedForward(),
        "it has SWIGLU");
    require(!config.postNorm(), "postNorm true", "it has no norms behind sub-layers");
    require(
        !config.parallelResidual(), "parallelResidual true", "its sub-layers follow one another");
    requireFull(config.positions());
    require(config.logitScale() == 1, "logitScale " + config.logitScale(), "it has none");
    require(config.logitSoftCap() == 0, "logitSoftCap " + config.logitSoftCap(), "it has none");
    require(
        config.embeddingScale() == 1, "embeddingScale " + config.embeddingScale(), "it has none");
  }

  private void requireFull(Positions positions) {
    if (positions instanceof Positions.Rotary rotary) {
      require(
          rotary.rotated(config.headSize()) == config.headSize(),
          "positions with fraction " + rotary.fraction(),
          "it rotates whole heads");
    } else {
      require(false, "positions " + positions, "it has rotary ones");
    }
  }

  private void requireNoFeedForwardBias() {
    require(!config.feedForwardBias(), "feedForwardBias true", "it has none");
  }

  private void requireGgufScaling(RotaryScaling scaling, boolean qwen) {
    if (scaling instanceof RotaryScaling.Llama3) {
      require(!qwen, "positions with Llama3 scaling", "only llama reads the factors it needs");
    } else if (scaling instanceof RotaryScaling.Yarn yarn) {
      double usual = RotaryScaling.Yarn.defaultAttentionFactor(yarn.factor());
      require(
          yarn.betaFast() == 32 && yarn.betaSlow() == 1,
          "positions with Yarn scaling of betas " + yarn.betaFast() + " and " + yarn.betaSlow(),
          "it has 32 and 1");
      require(
          Math.abs(yarn.attentionFactor() / usual - 1) < 1e-6,
          "positions with Yarn scaling of attentionFactor " + yarn.attentionFactor(),
          "it has 0.1 ln(factor) + 1, which is " + usual);
    }
  }

  private void require(boolean met, String field, String reason) {
    if (!met) {
      obstacles.add(field + ": " + reason);
    }
  }

  private Exportability result() {
    return new Exportability(architecture, obstacles);
  }
}
