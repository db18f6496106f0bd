package io.github.maque.data.shard;

import io.github.maque.data.MalformedDataException;
import io.github.maque.data.internal.Json;
import io.github.maque.data.internal.JsonObject;
import io.github.maque.tokenizer.format.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** Files of one JSON object, small enough for the heap. */
final class JsonFile {
  private JsonFile() {}

  /**
   * Reads a file.
   *
   * @param meaning makes something of the object; it throws {@link IllegalArgumentException} if it
   *     cannot
   * @throws MalformedDataException if there is anything else in the file
   */
  static <T> T read(Path file, Function<JsonObject, T> meaning) throws IOException {
    try {
      return meaning.apply(JsonObject.of(Json.read(Files.readAllBytes(file))));
    } catch (IllegalArgumentException e) {
      throw new MalformedDataException(file.toString(), String.valueOf(e.getMessage()), e);
    }
  }

  /** Writes a file, as a whole or not at all. */
  static void write(Path file, Map<String, Object> object) throws IOException {
    byte[] json = Json.write(object).getBytes(StandardCharsets.UTF_8);
    try {
      AtomicFile.write(file, out -> out.write(json));
    } catch (IOException e) {
      throw WriteFailure.of(file, e);
    }
  }
}
