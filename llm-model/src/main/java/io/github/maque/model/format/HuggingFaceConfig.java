package io.github.maque.model.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Exportability;
import io.github.maque.model.Initialization;
import io.github.maque.model.Positions;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A {@link DecoderConfig} as {@code config.json}: in the fields of Transformers' {@code llama,
 * mistral} or {@code qwen3} where one of them fits, beside all our fields in an object {@code
 * maque}, or with these alone and the model type {@code maque}.
 *
 * <p>A field that is missing has the value that Transformers 5 gives it; but sizes must be there.
 * Fields that Transformers does not know for these architectures change nothing there and are
 * ignored here, apart from those that say that the model is a variant of its own. Of GPT-2
 * configurations are read, not written.
 */
final class HuggingFaceConfig {
  static final String GPT2 = "gpt2";
  private static final String MAQUE = "maque";
  private static final String MAQUE_ARCHITECTURE = "MaqueForCausalLM";

  private static final int DEFAULT_WINDOW = 4096;
  private static final int DEFAULT_FULL_LAYERS = 28;
  private static final double DEFAULT_DEVIATION = 0.02;

  /** Fields that say that weights or arithmetic are not those of the architecture. */
  private static final Set<String> VARIANTS =
      Set.of(
          "quantization_config",
          "compression_config",
          "auto_map",
          "attn_logit_softcapping",
          "final_logit_softcapping",
          "logit_scale",
          "logits_scaling",
          "embedding_multiplier",
          "residual_multiplier",
          "attention_multiplier",
          "no_rope_layers",
          "num_experts",
          "num_local_experts");

  private final ConfigObject json;
  private final String type;

  private HuggingFaceConfig(ConfigObject json, String type) {
    this.json = json;
    this.type = type;
  }

  /**
   * Reads a configuration. Our own fields count if the others say nothing else, as they do when
   * another program changed the file.
   *
   * @throws ModelFormatException if a field is missing or out of range, or says something that this
   *     library cannot compute
   */
  static DecoderConfig read(ConfigObject json) throws ModelFormatException {
    String type = json.text("model_type");
    requireArchitecture(json, type);
    if (type.equals(MAQUE)) {
      return MaqueConfig.read(json.object(MAQUE));
    }
    DecoderConfig config = standard(json, type);
    if (!json.has(MAQUE)) {
      return config;
    }
    DecoderConfig own = MaqueConfig.read(json.object(MAQUE));
    return own.huggingFaceExport().possible() && sameStandard(own, config) ? own : config;
  }

  /**
   * Writes a configuration.
   *
   * @param weights in which type the weights are
   * @param tokenIds the ids of {@code bos_token_id, eos_token_id} and {@code pad_token_id}
   */
  static JsonObject write(DecoderConfig config, WeightType weights, TokenIds tokenIds) {
    Exportability export = config.huggingFaceExport();
    JsonObject json = new JsonObject();
    JsonArray architectures = new JsonArray();
    architectures.add(export.possible() ? export.architecture() : MAQUE_ARCHITECTURE);
    json.add("architectures", architectures);
    if (export.possible()) {
      writeStandard(config, modelType(export.architecture()), json);
    } else {
      json.addProperty("model_type", MAQUE);
    }
    tokenIds.write(json);
    json.addProperty("dtype", weights.torchName());
    json.addProperty("torch_dtype", weights.torchName());
    json.add(MAQUE, MaqueConfig.write(config));
    return json;
  }

  private static void requireArchitecture(ConfigObject json, String type)
      throws ModelFormatException {
    String expected =
        switch (type) {
          case "llama" -> "LlamaForCausalLM";
          case "mistral" -> "MistralForCausalLM";
          case "qwen3" -> "Qwen3ForCausalLM";
          case GPT2 -> "GPT2LMHeadModel";
          case MAQUE -> MAQUE_ARCHITECTURE;
          default ->
              throw json.error(
                  "model_type",
                  "expected llama, mistral, qwen3, gpt2 or maque; "
                      + Excerpt.of(type)
                      + " is not supported");
        };
    if (json.has("architectures") && !json.texts("architectures").equals(List.of(expected))) {
      throw json.error(
          "architectures",
          "expected " + expected + ", found " + Excerpt.of(json.texts("architectures").toString()));
    }
  }

  private static DecoderConfig standard(ConfigObject json, String type)
      throws ModelFormatException {
    for (String name : json.names()) {
      if (VARIANTS.contains(name) && json.has(name)) {
        throw json.error(name, "this variant of " + type + " is not supported");
      }
    }
    try {
      return type.equals(GPT2) ? Gpt2Config.read(json) : new HuggingFaceConfig(json, type).read();
    } catch (IllegalArgumentException e) {
      throw json.invalid(e);
    }
  }

  /** Returns whether two configurations look the same to whoever knows the standard fields only. */
  private static boolean sameStandard(DecoderConfig own, DecoderConfig standard)
      throws ModelFormatException {
    String type = modelType(own.huggingFaceExport().architecture());
    JsonObject written = new JsonObject();
    writeStandard(own, type, written);
    ConfigObject json = new ConfigObject("", "", written);
    return standard(json, type).equals(standard);
  }

  private DecoderConfig read() throws ModelFormatException {
    if (json.has("hidden_act") && !Set.of("silu", "swish").contains(json.text("hidden_act"))) {
      throw json.error(
          "hidden_act",
          "expected silu; " + Excerpt.of(json.text("hidden_act")) + " is not supported");
    }
    boolean qwen = type.equals("qwen3");
    int contextLength = json.count("max_position_embeddings");
    int width = json.count("hidden_size");
    int heads = json.count("num_attention_heads");
    boolean attentionBias = !type.equals("mistral") && json.flag("attention_bias", false);
    double deviation = json.number("initializer_range", DEFAULT_DEVIATION);
    boolean usable = deviation > 0 && deviation <= 1; // it matters for training anew only
    return DecoderConfig.builder()
        .vocabularySize(json.count("vocab_size"))
        .vocabularyMultiple(1)
        .contextLength(contextLength)
        .layers(json.count("num_hidden_layers"))
        .width(width)
        .heads(heads)
        .headSize(headSize(width, heads))
        .keyValueHeads(keyValueHeads(heads))
        .feedForwardWidth(json.count("intermediate_size"))
        .normEpsilon(json.number("rms_norm_eps", 1e-6))
        .positions(RotaryParameters.read(json, contextLength))
        .queryKeyNorm(qwen)
        .attentionBias(attentionBias)
        .attentionOutputBias(attentionBias)
        .feedForwardBias(type.equals("llama") && json.flag("mlp_bias", false))
        .slidingWindow(slidingWindow())
        .tiedEmbeddings(json.flag("tie_word_embeddings", false))
        .initialization(new Initialization(0, usable ? deviation : DEFAULT_DEVIATION, true))
        .build();
  }

  private int headSize(int width, int heads) throws ModelFormatException {
    if (json.has("head_dim")) {
      return json.count("head_dim");
    }
    if (type.equals("qwen3")) {
      return 128;
    }
    if (heads == 0 || width % heads != 0) {
      throw json.error(
          "head_dim", "it is missing, and " + heads + " heads do not divide the width " + width);
    }
    return width / heads;
  }

  /** A field that is null means one for each head; one that is missing not always. */
  private int keyValueHeads(int heads) throws ModelFormatException {
    String field = "num_key_value_heads";
    if (json.names().contains(field)) {
      return json.count(field, heads);
    }
    return switch (type) {
      case "mistral" -> 8;
      case "qwen3" -> 32;
      default -> heads;
    };
  }

  private int slidingWindow() throws ModelFormatException {
    String field = "sliding_window";
    return switch (type) {
      case "mistral" -> json.names().contains(field) ? json.count(field, 0) : DEFAULT_WINDOW;
      case "qwen3" ->
          json.flag("use_sliding_window", false) && json.has(field)
              ? windowOfAllLayers(json.count(field))
              : requireFull();
      default -> 0;
    };
  }

  /** Returns the window if all layers have it, and 0 if none has it. */
  private int windowOfAllLayers(int window) throws ModelFormatException {
    int layers = json.count("num_hidden_layers");
    if (json.has("layer_types")) {
      List<String> types = json.texts("layer_types");
      if (types.equals(Collections.nCopies(layers, "sliding_attention"))) {
        return window;
      }
      return requireFull();
    }
    int full = json.count("max_window_layers", DEFAULT_FULL_LAYERS);
    if (full > 0 && full < layers) {
      throw json.error(
          "max_window_layers",
          "windows in some layers only are not supported: expected 0 or all " + layers);
    }
    return full == 0 ? window : 0;
  }

  private int requireFull() throws ModelFormatException {
    if (json.has("layer_types")) {
      for (String layer : json.texts("layer_types")) {
        if (!layer.equals("full_attention")) {
          throw json.error(
              "layer_types",
              "expected full_attention or the same window in all layers, found "
                  + Excerpt.of(layer));
        }
      }
    }
    return 0;
  }

  private static String modelType(String architecture) {
    return architecture.replace("ForCausalLM", "").toLowerCase(Locale.ROOT);
  }

  private static void writeStandard(DecoderConfig config, String type, JsonObject json) {
    json.addProperty("model_type", type);
    json.addProperty("vocab_size", config.vocabularySize());
    json.addProperty("max_position_embeddings", config.contextLength());
    json.addProperty("num_hidden_layers", config.layers());
    json.addProperty("hidden_size", config.width());
    json.addProperty("intermediate_size", config.feedForwardWidth());
    json.addProperty("num_attention_heads", config.heads());
    json.addProperty("num_key_value_heads", config.keyValueHeads());
    json.addProperty("head_dim", config.headSize());
    json.addProperty("hidden_act", "silu");
    json.addProperty("rms_norm_eps", config.normEpsilon());
    json.addProperty("tie_word_embeddings", config.tiedEmbeddings());
    json.addProperty("attention_dropout", 0.0);
    json.addProperty("initializer_range", config.initialization().standardDeviation());
    json.addProperty("use_cache", true);
    if (config.positions() instanceof Positions.Rotary rotary) {
      RotaryParameters.write(config, rotary, json);
    }
    boolean windowed =
        config.slidingWindow() > 0 && config.slidingWindow() < config.contextLength();
    switch (type) {
      case "llama" -> {
        json.addProperty("attention_bias", config.attentionBias());
        json.addProperty("mlp_bias", config.feedForwardBias());
      }
      case "mistral" -> addWindow(config, windowed, json);
      default -> {
        json.addProperty("attention_bias", config.attentionBias());
        json.addProperty("use_sliding_window", windowed);
        addWindow(config, windowed, json);
        json.addProperty("max_window_layers", windowed ? 0 : config.layers());
        JsonArray layers = new JsonArray();
        for (int i = 0; i < config.layers(); i++) {
          layers.add(windowed ? "sliding_attention" : "full_attention");
        }
        json.add("layer_types", layers);
      }
    }
  }

  private static void addWindow(DecoderConfig config, boolean windowed, JsonObject json) {
    if (windowed) {
      json.addProperty("sliding_window", config.slidingWindow());
    } else {
      json.add("sliding_window", JsonNull.INSTANCE);
    }
  }
}
