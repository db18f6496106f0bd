package io.github.maque.model.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.maque.model.generate.GenerationOptions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** {@link GenerationOptions} as {@code generation_config.json}. */
final class GenerationConfig {
  /** What Transformers takes where sampling is on and the file says nothing. */
  private static final int DEFAULT_TOP_K = 50;

  /** The fields for which there are options, besides the ids that end a text. */
  static final Set<String> FIELDS =
      Set.of(
          "do_sample",
          "temperature",
          "top_k",
          "top_p",
          "min_p",
          "max_new_tokens",
          "repetition_penalty",
          "no_repeat_ngram_size",
          "stop_strings");

  private GenerationConfig() {}

  /**
   * Reads options. Settings for which there are none here are left out.
   *
   * @param eos the ids that end a text if the file does not say
   */
  static GenerationOptions read(ConfigObject json, List<Integer> eos) throws ModelFormatException {
    List<Integer> stopIds = json.tokenIds("eos_token_id");
    GenerationOptions.Builder options = withStops(stopIds.isEmpty() ? eos : stopIds);
    try {
      if (json.flag("do_sample", false)) {
        options
            .temperature(json.number("temperature", 1))
            .topK(json.count("top_k", DEFAULT_TOP_K))
            .topP(json.number("top_p", 1))
            .minP(json.number("min_p", 0));
      } else {
        options.greedy();
      }
      if (json.has("max_new_tokens")) {
        options.maxNewTokens(json.count("max_new_tokens"));
      }
      if (json.has("stop_strings")) {
        options.stopStrings(json.textOrTexts("stop_strings"));
      }
      return options
          .repetitionPenalty(json.number("repetition_penalty", 1))
          .noRepeatNgram(json.count("no_repeat_ngram_size", 0))
          .build();
    } catch (IllegalArgumentException e) {
      throw json.invalid(e);
    }
  }

  /** Returns the options of a model that says only which ids end a text. */
  static GenerationOptions.Builder withStops(List<Integer> eos) {
    return GenerationOptions.builder().stopIds(eos.stream().mapToInt(id -> id).toArray());
  }

  /** Refuses options for which the file has no word, and words for which there are no options. */
  static void check(GenerationOptions options, Set<String> fields) {
    require(FIELDS.containsAll(fields), "fields must be among " + new TreeSet<>(FIELDS), fields);
    String unsaid = " must be left as it is, since generation_config.json cannot say it";
    require(options.presencePenalty() == 0, "presencePenalty" + unsaid, options.presencePenalty());
    require(
        options.frequencyPenalty() == 0, "frequencyPenalty" + unsaid, options.frequencyPenalty());
    require(options.logitBias().isEmpty(), "logitBias" + unsaid, options.logitBias());
  }

  /** Adds those of some fields that say anything with these options. */
  static void write(GenerationOptions options, Set<String> fields, JsonObject json) {
    JsonObject all = all(options);
    for (String field : all.keySet()) {
      if (fields.contains(field)) {
        json.add(field, all.get(field));
      }
    }
  }

  private static JsonObject all(GenerationOptions options) {
    JsonObject json = new JsonObject();
    boolean sampling = options.temperature() != 0;
    json.addProperty("do_sample", sampling);
    if (sampling) {
      json.addProperty("temperature", options.temperature());
      json.addProperty("top_k", options.topK());
      json.addProperty("top_p", options.topP());
      if (options.minP() > 0) {
        json.addProperty("min_p", options.minP());
      }
    }
    json.addProperty("max_new_tokens", options.maxNewTokens());
    json.addProperty("repetition_penalty", options.repetitionPenalty());
    json.addProperty("no_repeat_ngram_size", options.noRepeatNgram());
    if (!options.stopStrings().isEmpty()) {
      JsonArray strings = new JsonArray();
      options.stopStrings().forEach(strings::add);
      json.add("stop_strings", strings);
    }
    return json;
  }

  private static void require(boolean holds, String rule, Object value) {
    if (!holds) {
      throw new IllegalArgumentException(rule + "; got " + value);
    }
  }
}
