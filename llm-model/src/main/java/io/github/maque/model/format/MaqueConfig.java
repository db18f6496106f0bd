package io.github.maque.model.format;

import com.google.gson.JsonObject;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.FeedForwardKind;
import io.github.maque.model.Initialization;
import io.github.maque.model.NormKind;
import io.github.maque.model.Positions;
import io.github.maque.model.RotaryScaling;
import java.util.Locale;
import java.util.Set;

/**
 * All fields of a {@link DecoderConfig} as a JSON object of our own, which stands as {@code maque}
 * in {@code config.json}: beside the fields of an architecture that other programs know, or alone.
 */
final class MaqueConfig {
  /** Raised when a field is added or means something else. */
  private static final int VERSION = 1;

  private MaqueConfig() {}

  static JsonObject write(DecoderConfig config) {
    JsonObject json = new JsonObject();
    json.addProperty("version", VERSION);
    json.addProperty("vocabulary_size", config.vocabularySize());
    json.addProperty("vocabulary_multiple", config.vocabularyMultiple());
    json.addProperty("context_length", config.contextLength());
    json.addProperty("layers", config.layers());
    json.addProperty("width", config.width());
    json.addProperty("heads", config.heads());
    json.addProperty("head_size", config.headSize());
    json.addProperty("key_value_heads", config.keyValueHeads());
    json.addProperty("feed_forward", lowerCase(config.feedForward()));
    json.addProperty("feed_forward_width", config.feedForwardWidth());
    json.addProperty("norm", lowerCase(config.norm()));
    json.addProperty("norm_epsilon", config.normEpsilon());
    json.addProperty("post_norm", config.postNorm());
    json.add("positions", write(config.positions()));
    json.addProperty("query_key_norm", config.queryKeyNorm());
    json.addProperty("attention_bias", config.attentionBias());
    json.addProperty("attention_output_bias", config.attentionOutputBias());
    json.addProperty("feed_forward_bias", config.feedForwardBias());
    json.addProperty("logit_scale", config.logitScale());
    json.addProperty("logit_soft_cap", config.logitSoftCap());
    json.addProperty("sliding_window", config.slidingWindow());
    json.addProperty("tied_embeddings", config.tiedEmbeddings());
    json.addProperty("embedding_scale", config.embeddingScale());
    json.addProperty("dropout", config.dropout());
    json.addProperty("parallel_residual", config.parallelResidual());
    JsonObject initialization = new JsonObject();
    initialization.addProperty("seed", config.initialization().seed());
    initialization.addProperty("standard_deviation", config.initialization().standardDeviation());
    initialization.addProperty("scale_residual", config.initialization().scaleResidual());
    json.add("initialization", initialization);
    return json;
  }

  /**
   * Reads a configuration.
   *
   * @throws ModelFormatException if a field is missing, unknown or out of range
   */
  static DecoderConfig read(ConfigObject json) throws ModelFormatException {
    int version = json.count("version");
    if (version != VERSION) {
      throw json.error("version", "expected " + VERSION + ", found " + version);
    }
    try {
      DecoderConfig config =
          new DecoderConfig(
              json.count("vocabulary_size"),
              json.count("vocabulary_multiple"),
              json.count("context_length"),
              json.count("layers"),
              json.count("width"),
              json.count("heads"),
              json.count("head_size"),
              json.count("key_value_heads"),
              constant(json, "feed_forward", FeedForwardKind.values()),
              json.count("feed_forward_width"),
              constant(json, "norm", NormKind.values()),
              json.number("norm_epsilon"),
              json.flag("post_norm"),
              positions(json.object("positions")),
              json.flag("query_key_norm"),
              json.flag("attention_bias"),
              json.flag("attention_output_bias"),
              json.flag("feed_forward_bias"),
              json.number("logit_scale"),
              json.number("logit_soft_cap"),
              json.count("sliding_window"),
              json.flag("tied_embeddings"),
              json.number("embedding_scale"),
              json.number("dropout"),
              json.flag("parallel_residual"),
              initialization(json.object("initialization")));
      requireOnly(json, write(config).keySet());
      return config;
    } catch (IllegalArgumentException e) {
      throw json.invalid(e);
    }
  }

  private static JsonObject write(Positions positions) {
    JsonObject json = new JsonObject();
    if (positions instanceof Positions.Rotary rotary) {
      json.addProperty("kind", "rotary");
      json.addProperty("base", rotary.base());
      json.addProperty("fraction", rotary.fraction());
      json.add("scaling", write(rotary.scaling()));
    } else {
      json.addProperty("kind", positions instanceof Positions.Learned ? "learned" : "none");
    }
    return json;
  }

  private static JsonObject write(RotaryScaling scaling) {
    JsonObject json = new JsonObject();
    if (scaling instanceof RotaryScaling.Linear linear) {
      json.addProperty("kind", "linear");
      json.addProperty("factor", linear.factor());
    } else if (scaling instanceof RotaryScaling.Ntk ntk) {
      json.addProperty("kind", "ntk");
      json.addProperty("factor", ntk.factor());
    } else if (scaling instanceof RotaryScaling.Yarn yarn) {
      json.addProperty("kind", "yarn");
      json.addProperty("factor", yarn.factor());
      json.addProperty("original_context_length", yarn.originalContextLength());
      json.addProperty("beta_fast", yarn.betaFast());
      json.addProperty("beta_slow", yarn.betaSlow());
      json.addProperty("attention_factor", yarn.attentionFactor());
    } else if (scaling instanceof RotaryScaling.Llama3 llama3) {
      json.addProperty("kind", "llama3");
      json.addProperty("factor", llama3.factor());
      json.addProperty("low_frequency_factor", llama3.lowFrequencyFactor());
      json.addProperty("high_frequency_factor", llama3.highFrequencyFactor());
      json.addProperty("original_context_length", llama3.originalContextLength());
    } else {
      json.addProperty("kind", "none");
    }
    return json;
  }

  private static Positions positions(ConfigObject json) throws ModelFormatException {
    String kind = json.text("kind");
    Positions positions =
        switch (kind) {
          case "rotary" ->
              new Positions.Rotary(
                  json.number("base"), json.number("fraction"), scaling(json.object("scaling")));
          case "learned" -> new Positions.Learned();
          case "none" -> new Positions.None();
          default ->
              throw json.error(
                  "kind", "expected rotary, learned or none, found " + Excerpt.of(kind));
        };
    requireOnly(json, write(positions).keySet());
    return positions;
  }

  private static RotaryScaling scaling(ConfigObject json) throws ModelFormatException {
    String kind = json.text("kind");
    RotaryScaling scaling =
        switch (kind) {
          case "none" -> new RotaryScaling.None();
          case "linear" -> new RotaryScaling.Linear(json.number("factor"));
          case "ntk" -> new RotaryScaling.Ntk(json.number("factor"));
          case "yarn" ->
              new RotaryScaling.Yarn(
                  json.number("factor"),
                  json.count("original_context_length"),
                  json.number("beta_fast"),
                  json.number("beta_slow"),
                  json.number("attention_factor"));
          case "llama3" ->
              new RotaryScaling.Llama3(
                  json.number("factor"),
                  json.number("low_frequency_factor"),
                  json.number("high_frequency_factor"),
                  json.count("original_context_length"));
          default ->
              throw json.error(
                  "kind", "expected none, linear, ntk, yarn or llama3, found " + Excerpt.of(kind));
        };
    requireOnly(json, write(scaling).keySet());
    return scaling;
  }

  private static Initialization initialization(ConfigObject json) throws ModelFormatException {
    requireOnly(json, Set.of("seed", "standard_deviation", "scale_residual"));
    return new Initialization(
        json.integer("seed"), json.number("standard_deviation"), json.flag("scale_residual"));
  }

  /** What is not known might change what the model computes. */
  private static void requireOnly(ConfigObject json, Set<String> known)
      throws ModelFormatException {
    for (String name : json.names()) {
      if (!known.contains(name)) {
        throw json.error(name, "the field is unknown");
      }
    }
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static <E extends Enum<E>> E constant(ConfigObject json, String name, E[] constants)
      throws ModelFormatException {
    String text = json.text(name);
    for (E constant : constants) {
      if (lowerCase(constant).equals(text)) {
        return constant;
      }
    }
    throw json.error(name, "the value " + Excerpt.of(text) + " is unknown");
  }
}
