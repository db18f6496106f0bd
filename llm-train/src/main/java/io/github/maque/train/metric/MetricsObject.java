package io.github.maque.train.metric;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An object in a line of metrics. What is not there, or not as it should be, is an {@link
 * IllegalArgumentException} that names the field.
 */
final class MetricsObject {
  private static final TypeAdapter<JsonElement> ADAPTER = new Gson().getAdapter(JsonElement.class);
  private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

  private final JsonObject fields;

  private MetricsObject(JsonObject fields) {
    this.fields = fields;
  }

  static MetricsObject parse(String line) {
    JsonReader reader = new JsonReader(new StringReader(line));
    reader.setStrictness(Strictness.STRICT);
    try {
      JsonElement value = ADAPTER.read(reader);
      if (value.isJsonObject() && reader.peek() == JsonToken.END_DOCUMENT) {
        return new MetricsObject(value.getAsJsonObject());
      }
    } catch (IOException | JsonParseException e) {
      throw new IllegalArgumentException("expected a JSON object", e);
    }
    throw new IllegalArgumentException("expected a JSON object");
  }

  Set<String> names() {
    return fields.keySet();
  }

  String string(String name) {
    JsonPrimitive value = primitive(name);
    if (value == null || !value.isString()) {
      throw wrong(name, "a string");
    }
    return value.getAsString();
  }

  boolean flag(String name) {
    JsonPrimitive value = primitive(name);
    if (value == null || !value.isBoolean()) {
      throw wrong(name, "true or false");
    }
    return value.getAsBoolean();
  }

  long whole(String name) {
    JsonPrimitive value = primitive(name);
    if (value != null && value.isNumber()) {
      try {
        return Long.parseLong(value.getAsString());
      } catch (NumberFormatException e) {
        // Said below.
      }
    }
    throw wrong(name, "a whole number");
  }

  double number(String name) {
    JsonPrimitive value = primitive(name);
    if (value != null && (value.isNumber() || NOT_FINITE.contains(value.getAsString()))) {
      return Double.parseDouble(value.getAsString());
    }
    throw wrong(name, "a number");
  }

  <E extends Enum<E>> E choice(String name, Class<E> choices) {
    String value = string(name);
    for (E choice : choices.getEnumConstants()) {
      if (choice.name().equals(value)) {
        return choice;
      }
    }
    throw wrong(name, "one of " + Arrays.toString(choices.getEnumConstants()));
  }

  MetricsObject object(String name) {
    JsonElement value = fields.get(name);
    if (value == null || !value.isJsonObject()) {
      throw wrong(name, "an object");
    }
    return new MetricsObject(value.getAsJsonObject());
  }

  List<MetricsObject> objects(String name) {
    JsonElement value = fields.get(name);
    if (value == null || !value.isJsonArray()) {
      throw wrong(name, "an array of objects");
    }
    List<MetricsObject> objects = new ArrayList<>();
    for (JsonElement element : value.getAsJsonArray()) {
      if (!element.isJsonObject()) {
        throw wrong(name, "an array of objects");
      }
      objects.add(new MetricsObject(element.getAsJsonObject()));
    }
    return objects;
  }

  private @Nullable JsonPrimitive primitive(String name) {
    return fields.get(name) instanceof JsonPrimitive primitive ? primitive : null;
  }

  private IllegalArgumentException wrong(String name, String expected) {
    String found = fields.has(name) ? String.valueOf(fields.get(name)) : "nothing";
    String excerpt = found.length() > 60 ? found.substring(0, 60) + "…" : found;
    return new IllegalArgumentException(
        "\"" + name + "\" must be " + expected + ", got " + excerpt);
  }
}
