package io.github.maque.data.dialogue;

import io.github.maque.data.internal.Json;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A JSON object of a data file. A field that is {@code null} counts as absent: tables written as
 * JSON have every column in every row. Errors name the field with the path to it.
 */
final class JsonRecord {
  private static final int SHOWN_FIELDS = 12;

  private final Map<?, ?> fields;
  private final String path;

  private JsonRecord(Map<?, ?> fields, String path) {
    this.fields = fields;
    this.path = path;
  }

  /** Takes {@code value}, a whole record, as an object. */
  static JsonRecord of(Object value) {
    return of(value, "");
  }

  /** Takes {@code value} as an object that stands at {@code path} of its record. */
  static JsonRecord of(Object value, String path) {
    if (value instanceof Map<?, ?> fields) {
      return new JsonRecord(fields, path);
    }
    throw new IllegalArgumentException(
        (path.isEmpty() ? "the record" : path) + " must be an object, got " + Json.describe(value));
  }

  Map<?, ?> fields() {
    return fields;
  }

  boolean has(String name) {
    Object value = fields.get(name);
    return value != null && value != Json.NULL;
  }

  boolean hasAll(String... names) {
    for (String name : names) {
      if (!has(name)) {
        return false;
      }
    }
    return true;
  }

  /** Returns a field, which may be absent. */
  Object get(String name) {
    Object value = fields.get(name);
    return value == null ? Json.NULL : value;
  }

  String text(String name) {
    return text(get(name), pathTo(name));
  }

  /** Returns a field that is a string, or an empty string where it is absent. */
  String textOrEmpty(String name) {
    return has(name) ? text(name) : "";
  }

  /** Returns a field that is a string and says something. */
  String filledText(String name) {
    return filledText(get(name), pathTo(name));
  }

  List<?> list(String name) {
    return list(get(name), pathTo(name));
  }

  JsonRecord object(String name) {
    return of(get(name), pathTo(name));
  }

  String pathTo(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  static String text(Object value, String path) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(path + " must be a string, got " + Json.describe(value));
  }

  static String filledText(Object value, String path) {
    String text = text(value, path);
    if (text.isBlank()) {
      throw new IllegalArgumentException(path + " must not be blank");
    }
    return text;
  }

  static List<?> list(Object value, String path) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException(path + " must be an array, got " + Json.describe(value));
  }

  /** Returns the error for an object that lacks fields it needs. */
  IllegalArgumentException lacks(String expected) {
    String names =
        fields.entrySet().stream()
            .limit(SHOWN_FIELDS)
            .map(
                field ->
                    Json.shortened(String.valueOf(field.getKey()))
                        + (field.getValue() == Json.NULL ? " (null)" : ""))
            .collect(Collectors.joining(", "));
    return new IllegalArgumentException(
        (path.isEmpty() ? "the record" : path)
            + " has the fields ["
            + names
            + (fields.size() > SHOWN_FIELDS ? ", …" : "")
            + "], expected "
            + expected);
  }
}
