package io.github.maque.tokenizer.format;

import java.util.Map;
import java.util.Optional;

/** Writes what the {@code transformers} library reads beside a {@code tokenizer.json}. */
final class TokenizerConfigWriter {
  private TokenizerConfigWriter() {}

  /** Returns the content of {@code tokenizer_config.json}. */
  static String config(TokenizerConfig config) {
    JsonText json = new JsonText().beginObject();
    json.field("add_bos_token", config.addBosToken());
    json.field("add_eos_token", config.addEosToken());
    field(json, "bos_token", config.bosToken());
    Map<String, String> templates = config.chatTemplates();
    if (templates.size() == 1 && config.chatTemplate().isPresent()) {
      json.field("chat_template", config.chatTemplate().get());
    } else if (!templates.isEmpty()) {
      json.name("chat_template").beginArray();
      templates.forEach(
          (name, template) ->
              json.element()
                  .beginObject()
                  .field("name", name)
                  .field("template", template)
                  .endObject());
      json.endArray();
    }
    // Otherwise decoding would remove spaces in front of punctuation.
    json.field("clean_up_tokenization_spaces", false);
    field(json, "eos_token", config.eosToken());
    if (config.maxLength().isPresent()) {
      json.field("model_max_length", config.maxLength().getAsInt());
    }
    field(json, "pad_token", config.padToken());
    json.field("tokenizer_class", "PreTrainedTokenizerFast");
    field(json, "unk_token", config.unkToken());
    return json.endObject() + "\n";
  }

  /** Returns the content of {@code special_tokens_map.json}. */
  static String specialTokens(TokenizerConfig config) {
    JsonText json = new JsonText().beginObject();
    config.bosToken().ifPresent(token -> json.field("bos_token", token));
    config.eosToken().ifPresent(token -> json.field("eos_token", token));
    config.padToken().ifPresent(token -> json.field("pad_token", token));
    config.unkToken().ifPresent(token -> json.field("unk_token", token));
    return json.endObject() + "\n";
  }

  private static void field(JsonText json, String name, Optional<String> token) {
    if (token.isPresent()) {
      json.field(name, token.get());
    } else {
      json.nullField(name);
    }
  }
}
