package io.github.maque.model.format;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Positions;
import io.github.maque.model.RotaryScaling;
import io.github.maque.model.RotaryTable;

/**
 * Rotary embeddings in {@code config.json}: as {@code rope_theta} and {@code rope_scaling} until
 * Transformers 4, and as {@code rope_parameters} since Transformers 5. Both are written, and either
 * is read; where they differ, {@code rope_scaling} counts, as in Transformers 5.
 */
final class RotaryParameters {
  private static final double DEFAULT_BASE = 10_000;
  private static final double DEFAULT_BETA_FAST = 32;
  private static final double DEFAULT_BETA_SLOW = 1;

  private RotaryParameters() {}

  /**
   * Reads what a whole configuration says.
   *
   * @param contextLength the context that scalings extend to, unless they say what they begin with
   */
  static Positions.Rotary read(ConfigObject config, int contextLength) throws ModelFormatException {
    ConfigObject parameters = parameters(config);
    double base = parameters.number("rope_theta", config.number("rope_theta", DEFAULT_BASE));
    requireWhole(config);
    requireWhole(parameters);
    return new Positions.Rotary(base, 1, scaling(parameters, contextLength));
  }

  /** Adds the fields to a configuration. */
  static void write(DecoderConfig config, Positions.Rotary rotary, JsonObject json) {
    JsonObject scaling = scaling(rotary.scaling());
    double base = RotaryTable.of(rotary, config.headSize()).base();
    json.addProperty("rope_theta", base);
    boolean scaled = !scaling.get("rope_type").getAsString().equals("default");
    json.add("rope_scaling", scaled ? scaling : JsonNull.INSTANCE);
    JsonObject parameters = scaling.deepCopy();
    parameters.addProperty("rope_theta", base);
    json.add("rope_parameters", parameters);
  }

  private static ConfigObject parameters(ConfigObject config) throws ModelFormatException {
    if (config.has("rope_scaling")) {
      return config.object("rope_scaling");
    }
    if (config.has("rope_parameters")) {
      return config.object("rope_parameters");
    }
    return new ConfigObject(config.file(), config.path() + "rope_parameters.", new JsonObject());
  }

  private static void requireWhole(ConfigObject json) throws ModelFormatException {
    if (json.number("partial_rotary_factor", 1) != 1) {
      throw json.error(
          "partial_rotary_factor", "only whole heads are rotated in this architecture: expected 1");
    }
  }

  private static RotaryScaling scaling(ConfigObject json, int contextLength)
      throws ModelFormatException {
    for (String name : json.names()) {
      JsonElement value = json.find(name);
      if (value != null && value.isJsonObject()) {
        throw json.error(name, "positions that differ from layer to layer are not supported");
      }
    }
    String field = json.has("rope_type") ? "rope_type" : "type";
    String type = json.has(field) ? json.text(field) : "default";
    return switch (type) {
      case "default" -> new RotaryScaling.None();
      case "linear" -> new RotaryScaling.Linear(json.number("factor"));
      case "yarn" -> yarn(json, contextLength);
      case "llama3" ->
          new RotaryScaling.Llama3(
              json.number("factor"),
              json.number("low_freq_factor"),
              json.number("high_freq_factor"),
              json.count("original_max_position_embeddings", contextLength));
      default ->
          throw json.error(
              field,
              "expected default, linear, yarn or llama3; "
                  + Excerpt.of(type)
                  + " is not supported");
    };
  }

  private static RotaryScaling yarn(ConfigObject json, int contextLength)
      throws ModelFormatException {
    if (!json.flag("truncate", true)) {
      throw json.error("truncate", "expected true; a ramp between frequencies is not supported");
    }
    double factor = json.number("factor");
    double attentionFactor = meanScale(factor, 1);
    double scale = json.number("mscale", 0);
    double scaleOfAll = json.number("mscale_all_dim", 0);
    if (scale != 0 && scaleOfAll != 0) {
      attentionFactor = meanScale(factor, scale) / meanScale(factor, scaleOfAll);
    }
    double betaFast = json.number("beta_fast", 0);
    double betaSlow = json.number("beta_slow", 0);
    return new RotaryScaling.Yarn(
        factor,
        json.count("original_max_position_embeddings", contextLength),
        betaFast == 0 ? DEFAULT_BETA_FAST : betaFast,
        betaSlow == 0 ? DEFAULT_BETA_SLOW : betaSlow,
        json.number("attention_factor", attentionFactor));
  }

  private static double meanScale(double factor, double scale) {
    return scale * (RotaryScaling.Yarn.defaultAttentionFactor(factor) - 1) + 1;
  }

  private static JsonObject scaling(RotaryScaling scaling) {
    JsonObject json = new JsonObject();
    if (scaling instanceof RotaryScaling.Linear linear) {
      json.addProperty("rope_type", "linear");
      json.addProperty("factor", linear.factor());
    } else if (scaling instanceof RotaryScaling.Yarn yarn) {
      json.addProperty("rope_type", "yarn");
      json.addProperty("factor", yarn.factor());
      json.addProperty("original_max_position_embeddings", yarn.originalContextLength());
      json.addProperty("attention_factor", yarn.attentionFactor());
      json.addProperty("beta_fast", yarn.betaFast());
      json.addProperty("beta_slow", yarn.betaSlow());
    } else if (scaling instanceof RotaryScaling.Llama3 llama3) {
      json.addProperty("rope_type", "llama3");
      json.addProperty("factor", llama3.factor());
      json.addProperty("low_freq_factor", llama3.lowFrequencyFactor());
      json.addProperty("high_freq_factor", llama3.highFrequencyFactor());
      json.addProperty("original_max_position_embeddings", llama3.originalContextLength());
    } else {
      json.addProperty("rope_type", "default");
    }
    return json;
  }
}
