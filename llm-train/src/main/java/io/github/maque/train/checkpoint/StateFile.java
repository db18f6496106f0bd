package io.github.maque.train.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The state of a trainer as files: {@value #FILE}, and the configuration in {@value
 * #CONFIGURATION}, where people read it. Losses are exact: a {@code double} is written in as many
 * digits as tell it from all others, and what JSON has no number for is a string, such as "NaN".
 */
final class StateFile {
  static final String FILE = "trainer.json";
  static final String CONFIGURATION = "config.yaml";

  private static final int VERSION = 1;
  private static final Gson FORMAT =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private StateFile() {}

  /** Writes both files, which must not exist. */
  static void write(Path directory, TrainerState state) throws IOException {
    JsonObject json = new JsonObject();
    json.addProperty("version", VERSION);
    json.addProperty("step", state.step());
    json.addProperty("tokens", state.tokens());
    json.addProperty("data", state.data());
    json.addProperty("rowsPerMicroBatch", state.rowsPerMicroBatch());
    state.validationLoss().ifPresent(loss -> addDouble(json, "validationLoss", loss));
    state.bestLoss().ifPresent(loss -> addDouble(json, "bestLoss", loss));
    TextFile.write(directory.resolve(FILE), FORMAT.toJson(json) + "\n");
    TextFile.write(directory.resolve(CONFIGURATION), state.configuration());
  }

  private static void addDouble(JsonObject json, String name, double number) {
    if (Double.isFinite(number)) {
      json.addProperty(name, number);
    } else {
      json.addProperty(name, Double.toString(number));
    }
  }

  /**
   * Reads both files.
   *
   * @throws CheckpointException if one is missing, or not what {@link #write} writes
   */
  static TrainerState read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    Fields fields = new Fields(file, parse(file));
    long version = fields.integer("version");
    if (version != VERSION) {
      throw new CheckpointException(file, "expected version " + VERSION + ", found " + version);
    }
    long rows = fields.integer("rowsPerMicroBatch");
    try {
      TrainerState state =
          new TrainerState(
              fields.integer("step"),
              fields.integer("tokens"),
              fields.text("data"),
              Math.toIntExact(rows),
              fields.number("validationLoss"),
              fields.number("bestLoss"),
              TextFile.read(directory.resolve(CONFIGURATION)));
      fields.requireNoOthers();
      return state;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new CheckpointException(file, String.valueOf(e.getMessage()), e);
    }
  }

  /** Reads an object of numbers and strings; numbers as they are written. */
  private static Map<String, String> parse(Path file) throws IOException {
    Map<String, String> fields = new HashMap<>();
    String json = TextFile.read(file);
    try (JsonReader reader = new JsonReader(new StringReader(json))) {
      reader.setStrictness(Strictness.STRICT);
      reader.beginObject();
      while (reader.hasNext()) {
        String name = reader.nextName();
        if (fields.put(name, reader.nextString()) != null) {
          throw new IOException("a name is there twice, at " + reader.getPath());
        }
      }
      reader.endObject();
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new IOException("something follows the object");
      }
    } catch (IOException | IllegalStateException e) {
      throw new CheckpointException(
          file, "expected an object in JSON: " + String.valueOf(e.getMessage()), e);
    }
    return fields;
  }

  /** Fields that are asked for by name and kind, each once. */
  private record Fields(Path file, Map<String, String> values) {
    String text(String name) throws CheckpointException {
      String value = values.remove(name);
      if (value == null) {
        throw new CheckpointException(file, "the field " + name + " is missing");
      }
      return value;
    }

    long integer(String name) throws CheckpointException {
      String value = text(name);
      try {
        return Long.parseLong(value);
      } catch (NumberFormatException e) {
        throw new CheckpointException(
            file, "the field " + name + " must be a whole number of 64 bits", e);
      }
    }

    OptionalDouble number(String name) throws CheckpointException {
      if (!values.containsKey(name)) {
        return OptionalDouble.empty();
      }
      String value = text(name);
      double number;
      try {
        number = Double.parseDouble(value);
      } catch (NumberFormatException e) {
        throw new CheckpointException(file, "the field " + name + " must be a number", e);
      }
      if (Double.isInfinite(number) && !value.endsWith("Infinity")) {
        throw new CheckpointException(file, "the field " + name + " is out of range");
      }
      return OptionalDouble.of(number);
    }

    void requireNoOthers() throws CheckpointException {
      if (!values.isEmpty()) {
        throw new CheckpointException(
            file, "there are " + values.size() + " fields of unknown names");
      }
    }
  }
}
