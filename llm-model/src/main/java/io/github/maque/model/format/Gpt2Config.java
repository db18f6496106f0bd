package io.github.maque.model.format;

import io.github.maque.model.DecoderConfig;
import io.github.maque.model.FeedForwardKind;
import io.github.maque.model.Initialization;
import io.github.maque.model.NormKind;
import io.github.maque.model.Positions;

/**
 * The {@code config.json} of GPT-2 (Radford et al., 2019), whose fields have names of their own.
 */
final class Gpt2Config {
  private static final double DEFAULT_DEVIATION = 0.02;

  private Gpt2Config() {}

  static DecoderConfig read(ConfigObject json) throws ModelFormatException {
    if (json.has("activation_function")) {
      String activation = json.text("activation_function");
      if (!activation.equals("gelu_new") && !activation.equals("gelu_pytorch_tanh")) {
        throw json.error(
            "activation_function",
            "expected gelu_new; " + Excerpt.of(activation) + " is not supported");
      }
    }
    requireUsual(json, "scale_attn_weights", true);
    requireUsual(json, "scale_attn_by_inverse_layer_idx", false);
    requireUsual(json, "add_cross_attention", false);
    double deviation = json.number("initializer_range", DEFAULT_DEVIATION);
    DecoderConfig.Builder builder = DecoderConfig.builder();
    if (json.has("n_inner")) {
      builder.feedForwardWidth(json.count("n_inner"));
    }
    return builder
        .vocabularySize(json.count("vocab_size"))
        .vocabularyMultiple(1)
        .contextLength(json.count("n_positions"))
        .layers(json.count("n_layer"))
        .width(json.count("n_embd"))
        .heads(json.count("n_head"))
        .feedForward(FeedForwardKind.GELU)
        .norm(NormKind.LAYER_NORM)
        .normEpsilon(json.number("layer_norm_epsilon", 1e-5))
        .positions(new Positions.Learned())
        .attentionBias(true)
        .attentionOutputBias(true)
        .feedForwardBias(true)
        .tiedEmbeddings(json.flag("tie_word_embeddings", true))
        .initialization(
            new Initialization(
                0, deviation > 0 && deviation <= 1 ? deviation : DEFAULT_DEVIATION, true))
        .build();
  }

  private static void requireUsual(ConfigObject json, String name, boolean usual)
      throws ModelFormatException {
    if (json.flag(name, usual) != usual) {
      throw json.error(name, "expected " + usual + ", anything else is not supported");
    }
  }
}
