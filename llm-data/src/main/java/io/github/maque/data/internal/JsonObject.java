package io.github.maque.data.internal;

import java.util.List;
import java.util.Map;

/**
 * A JSON object whose fields are asked for by name and kind; whoever finds something else hears
 * which field it was.
 *
 * @param fields the object as {@link Json} reads it
 */
public record JsonObject(Map<String, Object> fields) {

  /**
   * Returns {@code value} as an object.
   *
   * @throws IllegalArgumentException if it is none
   */
  @SuppressWarnings("unchecked") // Json makes no other maps
  public static JsonObject of(Object value) {
    if (value instanceof Map<?, ?> map) {
      return new JsonObject((Map<String, Object>) map);
    }
    throw new IllegalArgumentException("expected a JSON object, found " + Json.describe(value));
  }

  /** Returns whether there is a field of this name. */
  public boolean has(String name) {
    return fields.containsKey(name);
  }

  /** Returns a field that is a string. */
  public String text(String name) {
    return get(name, String.class, "a string");
  }

  /** Returns a field that is an integer. */
  public long integer(String name) {
    return get(name, Long.class, "an integer");
  }

  /** Returns a field that is an integer and not negative. */
  public long count(String name) {
    long value = integer(name);
    if (value < 0) {
      throw new IllegalArgumentException("field " + name + " must not be negative, got " + value);
    }
    return value;
  }

  /** Returns a field that is an object. */
  public JsonObject object(String name) {
    return of(get(name, Map.class, "an object"));
  }

  /** Returns a field that is an array. */
  public List<?> array(String name) {
    return get(name, List.class, "an array");
  }

  private <T> T get(String name, Class<T> kind, String expected) {
    Object value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("field " + name + " is missing, expected " + expected);
    }
    if (!kind.isInstance(value)) {
      throw new IllegalArgumentException(
          "field " + name + " must be " + expected + ", found " + Json.describe(value));
    }
    return kind.cast(value);
  }
}
