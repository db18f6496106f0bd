package io.github.maque.model.format;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small JSON files that hold one object. */
final class Json {
  private static final Gson FORMAT =
      new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

  /** As long as a number can sensibly be; more would be long to work with. */
  private static final int MAX_NUMBER_CHARS = 40;

  private Json() {}

  /**
   * Reads a file.
   *
   * @param maxBytes how large it may be
   * @throws ModelFormatException if it is larger, or is not one JSON object
   */
  static ConfigObject read(Path file, int maxBytes) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(maxBytes + 1);
    }
    if (bytes.length > maxBytes) {
      throw new ModelFormatException(
          file.toString(), "byte " + maxBytes, "the file is longer than " + maxBytes + " bytes");
    }
    JsonElement value = JsonStream.read(bytes, file.toString(), "JSON", Json::value);
    if (!value.isJsonObject()) {
      throw new ModelFormatException(file.toString(), "JSON $", "expected an object");
    }
    return new ConfigObject(file.toString(), "", value.getAsJsonObject());
  }

  /** Writes a file that appears when it is complete. */
  static void write(Path file, JsonObject object) throws IOException {
    byte[] utf8 = (FORMAT.toJson(object) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(utf8));
  }

  private static JsonElement value(JsonStream json) throws IOException {
    return switch (json.peek()) {
      case BEGIN_OBJECT -> {
        JsonObject object = new JsonObject();
        json.object(name -> object.add(name, value(json)));
        yield object;
      }
      case BEGIN_ARRAY -> {
        JsonArray array = new JsonArray();
        json.array(() -> array.add(value(json)));
        yield array;
      }
      case STRING -> new JsonPrimitive(json.string());
      case BOOLEAN -> new JsonPrimitive(json.flag());
      case NUMBER -> number(json);
      case NULL -> {
        json.skipNull();
        yield JsonNull.INSTANCE;
      }
      default -> throw json.error("expected a value");
    };
  }

  private static JsonPrimitive number(JsonStream json) throws IOException {
    String digits = json.number();
    Long whole = JsonStream.whole(digits);
    if (whole != null) {
      return new JsonPrimitive(whole);
    }
    if (digits.length() > MAX_NUMBER_CHARS) {
      throw json.error("the number " + Excerpt.of(digits) + " is too long");
    }
    double number = Double.parseDouble(digits);
    if (!Double.isFinite(number)) {
      throw json.error("the number " + digits + " is out of range");
    }
    return new JsonPrimitive(number);
  }
}
