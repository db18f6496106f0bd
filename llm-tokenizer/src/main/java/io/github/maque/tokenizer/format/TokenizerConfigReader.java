package io.github.maque.tokenizer.format;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads the files beside a {@code tokenizer.json}. */
final class TokenizerConfigReader {
  static final String CONFIG = "tokenizer_config.json";
  static final String SPECIAL_TOKENS = "special_tokens_map.json";
  private static final String CHAT_TEMPLATE = "chat_template.jinja";
  private static final int MAX_TEMPLATE_BYTES = 1 << 22;

  private final Map<String, String> tokens = new LinkedHashMap<>();
  private final Map<String, String> templates = new LinkedHashMap<>();
  private boolean addBos;
  private boolean addEos;
  private OptionalInt maxLength = OptionalInt.empty();

  TokenizerConfig read(Path directory) throws IOException {
    Path config = directory.resolve(CONFIG);
    if (Files.exists(config)) {
      JsonSource.read(
          config,
          json -> {
            json.object(name -> readSetting(json, name));
            return true;
          });
    }
    Path specialTokens = directory.resolve(SPECIAL_TOKENS);
    if (Files.exists(specialTokens)) {
      JsonSource.read(
          specialTokens,
          json -> {
            json.object(name -> readToken(json, name));
            return true;
          });
    }
    Path template = directory.resolve(CHAT_TEMPLATE);
    if (Files.exists(template)) {
      templates.putIfAbsent(TokenizerConfig.DEFAULT_TEMPLATE, readTemplate(template));
    }
    Optional<String> bos = token("bos_token");
    Optional<String> eos = token("eos_token");
    return new TokenizerConfig(
        bos,
        eos,
        token("pad_token"),
        token("unk_token"),
        addBos && bos.isPresent(),
        addEos && eos.isPresent(),
        maxLength,
        templates);
  }

  private Optional<String> token(String name) {
    return Optional.ofNullable(tokens.get(name));
  }

  private void readSetting(JsonSource json, String name) throws IOException {
    switch (name) {
      case "add_bos_token" -> addBos = !json.skipNull() && json.bool();
      case "add_eos_token" -> addEos = !json.skipNull() && json.bool();
      case "model_max_length" -> {
        if (!json.skipNull()) {
          maxLength = length(json.node());
        }
      }
      case "chat_template" -> {
        if (!json.skipNull()) {
          readTemplates(json.node());
        }
      }
      default -> readToken(json, name);
    }
  }

  /** A token is given as its text, or as an object that has the text among matching flags. */
  private void readToken(JsonSource json, String name) throws IOException {
    switch (name) {
      case "bos_token", "eos_token", "pad_token", "unk_token" -> {
        JsonNode token = json.node();
        if (token.isNull()) {
          return;
        }
        String text = token.isString() ? token.string() : token.get("content").string();
        if (!text.isEmpty()) {
          tokens.putIfAbsent(name, text);
        }
      }
      default -> json.skip();
    }
  }

  /** Some libraries write 10³⁰ for "unknown". */
  private static OptionalInt length(JsonNode node) throws TokenizerFormatException {
    BigDecimal length = node.number();
    if (length.compareTo(BigDecimal.ONE) < 0) {
      throw node.error("the length must be at least 1");
    }
    return length.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0
        ? OptionalInt.empty()
        : OptionalInt.of(length.intValue());
  }

  private void readTemplates(JsonNode node) throws TokenizerFormatException {
    if (node.isString()) {
      templates.put(TokenizerConfig.DEFAULT_TEMPLATE, node.string());
      return;
    }
    for (JsonNode named : node.elements()) {
      String name = named.get("name").string();
      if (templates.put(name, named.get("template").string()) != null) {
        throw named.error("there are two chat templates called \"" + Excerpt.of(name) + "\"");
      }
    }
  }

  private static String readTemplate(Path file) throws IOException {
    byte[] bytes = FileBytes.read(file, MAX_TEMPLATE_BYTES);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new TokenizerFormatException(file.toString(), "text", "is not valid UTF-8", e);
    }
  }
}
