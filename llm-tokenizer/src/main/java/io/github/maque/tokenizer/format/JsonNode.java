package io.github.maque.tokenizer.format;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A small JSON value in memory, which knows where it stood.
 *
 * @param source the file
 * @param place the path and the line
 * @param value a {@code String}, {@code Boolean}, {@code BigDecimal}, {@code List} or {@code Map}
 *     of nodes, or null
 */
record JsonNode(String source, String place, @Nullable Object value) {

  boolean isNull() {
    return value == null;
  }

  boolean isString() {
    return value instanceof String;
  }

  boolean isObject() {
    return value instanceof Map;
  }

  boolean isArray() {
    return value instanceof List;
  }

  String string() throws TokenizerFormatException {
    if (value instanceof String text) {
      return text;
    }
    throw error("expected a string");
  }

  boolean bool() throws TokenizerFormatException {
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw error("expected true or false");
  }

  int integer(int max) throws TokenizerFormatException {
    if (value instanceof BigDecimal number
        && number.scale() == 0
        && number.signum() >= 0
        && number.compareTo(BigDecimal.valueOf(max)) <= 0) {
      return number.intValueExact();
    }
    throw error("expected a whole number in 0…" + max);
  }

  BigDecimal number() throws TokenizerFormatException {
    if (value instanceof BigDecimal number) {
      return number;
    }
    throw error("expected a number");
  }

  @SuppressWarnings("unchecked") // JsonNodeReader puts nothing but nodes into lists
  List<JsonNode> elements() throws TokenizerFormatException {
    if (value instanceof List<?> list) {
      return (List<JsonNode>) list;
    }
    throw error("expected an array");
  }

  @SuppressWarnings("unchecked") // JsonNodeReader puts nothing but nodes under names into maps
  Map<String, JsonNode> fields() throws TokenizerFormatException {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, JsonNode>) map;
    }
    throw error("expected an object");
  }

  /** The field of this name, or null if it is missing or null. */
  @Nullable JsonNode find(String name) throws TokenizerFormatException {
    JsonNode field = fields().get(name);
    return field == null || field.isNull() ? null : field;
  }

  JsonNode get(String name) throws TokenizerFormatException {
    JsonNode field = fields().get(name);
    if (field == null) {
      throw error("the field \"" + name + "\" is missing");
    }
    return field;
  }

  boolean bool(String name, boolean otherwise) throws TokenizerFormatException {
    JsonNode field = find(name);
    return field == null ? otherwise : field.bool();
  }

  /** The field "type", which says what a part of a tokenizer is. */
  String type() throws TokenizerFormatException {
    return get("type").string();
  }

  /** Refuses fields that are not known, because they might mean something. */
  void requireOnly(Set<String> names) throws TokenizerFormatException {
    for (Map.Entry<String, JsonNode> field : fields().entrySet()) {
      if (!names.contains(field.getKey())) {
        throw field.getValue().error("this setting is not supported");
      }
    }
  }

  TokenizerFormatException error(String problem) {
    return new TokenizerFormatException(source, place, problem);
  }
}
