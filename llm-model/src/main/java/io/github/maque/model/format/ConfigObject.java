package io.github.maque.model.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object whose fields are asked for by name and kind; whoever finds something else hears in
 * which file and which field. A field that is null counts as missing.
 *
 * @param file the file's name
 * @param path the names that lead here, each with a dot behind it
 * @param json the object
 */
record ConfigObject(String file, String path, JsonObject json) {

  Set<String> names() {
    return json.keySet();
  }

  boolean has(String name) {
    return find(name) != null;
  }

  /** Returns the field as it is in the file, or null if there is none. */
  @Nullable JsonElement find(String name) {
    JsonElement value = json.get(name);
    return value == null || value.isJsonNull() ? null : value;
  }

  String text(String name) throws ModelFormatException {
    JsonElement value = find(name);
    if (value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()) {
      return value.getAsString();
    }
    throw expected(name, "a string");
  }

  boolean flag(String name) throws ModelFormatException {
    JsonElement value = find(name);
    if (value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean()) {
      return value.getAsBoolean();
    }
    throw expected(name, "true or false");
  }

  boolean flag(String name, boolean otherwise) throws ModelFormatException {
    return has(name) ? flag(name) : otherwise;
  }

  /** Returns a field that is a whole number and not negative. */
  int count(String name) throws ModelFormatException {
    long value = integer(name);
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw expected(name, "a whole number in 0…" + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  int count(String name, int otherwise) throws ModelFormatException {
    return has(name) ? count(name) : otherwise;
  }

  /** Returns a field that is a whole number. */
  long integer(String name) throws ModelFormatException {
    JsonElement value = find(name);
    if (value != null && isNumber(value) && !(value.getAsNumber() instanceof Double)) {
      return value.getAsLong();
    }
    throw expected(name, "a whole number");
  }

  double number(String name) throws ModelFormatException {
    JsonElement value = find(name);
    if (value != null && isNumber(value)) {
      return value.getAsDouble();
    }
    throw expected(name, "a number");
  }

  double number(String name, double otherwise) throws ModelFormatException {
    return has(name) ? number(name) : otherwise;
  }

  ConfigObject object(String name) throws ModelFormatException {
    JsonElement value = find(name);
    if (value != null && value.isJsonObject()) {
      return new ConfigObject(file, path + name + ".", value.getAsJsonObject());
    }
    throw expected(name, "an object");
  }

  List<String> texts(String name) throws ModelFormatException {
    JsonElement value = find(name);
    if (value == null || !value.isJsonArray()) {
      throw expected(name, "an array of strings");
    }
    List<String> texts = new ArrayList<>();
    for (JsonElement element : value.getAsJsonArray()) {
      if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
        throw expected(name, "an array of strings");
      }
      texts.add(element.getAsString());
    }
    return texts;
  }

  /** Returns the strings of a field that is one or a list of them. */
  List<String> textOrTexts(String name) throws ModelFormatException {
    JsonElement value = find(name);
    return value != null && value.isJsonArray() ? texts(name) : List.of(text(name));
  }

  /** Returns the token ids of a field that is one or a list of them; none if it is missing. */
  List<Integer> tokenIds(String name) throws ModelFormatException {
    JsonElement value = find(name);
    List<Integer> ids = new ArrayList<>();
    if (value == null) {
      return ids;
    }
    JsonArray elements = new JsonArray();
    if (value.isJsonArray()) {
      elements = value.getAsJsonArray();
    } else {
      elements.add(value);
    }
    for (JsonElement element : elements) {
      boolean whole = isNumber(element) && !(element.getAsNumber() instanceof Double);
      if (!whole || element.getAsLong() < 0 || element.getAsLong() > Integer.MAX_VALUE) {
        throw expected(name, "a token id or an array of them");
      }
      ids.add(element.getAsInt());
    }
    return ids;
  }

  ModelFormatException error(String name, String problem) {
    return new ModelFormatException(file, "field " + Excerpt.of(path + name), problem);
  }

  /** Says that values are each what they should be, and do not go together or are out of range. */
  ModelFormatException invalid(IllegalArgumentException cause) {
    String place =
        path.isEmpty() ? "configuration" : "field " + path.substring(0, path.length() - 1);
    return new ModelFormatException(file, place, String.valueOf(cause.getMessage()), cause);
  }

  private ModelFormatException expected(String name, String what) {
    JsonElement value = find(name);
    return error(
        name,
        "expected "
            + what
            + ", found "
            + (value == null ? "nothing" : Excerpt.of(value.toString())));
  }

  private static boolean isNumber(JsonElement value) {
    return value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
  }
}
