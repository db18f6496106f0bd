package io.github.maque.model.format;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON document (RFC 8259) read value by value. Names that come twice, deep nesting, bytes that
 * are not UTF-8 and whatever is not JSON end in a {@link ModelFormatException}.
 */
final class JsonStream {
  private static final int MAX_DEPTH = 32;

  private final String file;
  private final String part;
  private final JsonReader reader;

  private JsonStream(byte[] utf8, String file, String part) {
    this.file = file;
    this.part = part;
    reader =
        new JsonReader(
            new InputStreamReader(
                new ByteArrayInputStream(utf8),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)));
    reader.setStrictness(Strictness.STRICT);
    reader.setNestingLimit(MAX_DEPTH);
  }

  /** Reads the whole of a document. */
  interface Parser<T> {
    T parse(JsonStream json) throws IOException;
  }

  /** Reads the value of one field. */
  interface FieldParser {
    void parse(String name) throws IOException;
  }

  /** Reads one element. */
  interface ElementParser {
    void parse() throws IOException;
  }

  /**
   * Reads the one value that {@code utf8} holds.
   *
   * @param file the file's name, for messages
   * @param part which part of the file this is, for messages
   */
  static <T> T read(byte[] utf8, String file, String part, Parser<T> parser) throws IOException {
    JsonStream json = new JsonStream(utf8, file, part);
    try {
      T value = parser.parse(json);
      if (json.reader.peek() != JsonToken.END_DOCUMENT) {
        throw json.error("something follows the end of the value");
      }
      return value;
    } catch (EOFException e) {
      throw json.failure("it ends inside a value", e);
    } catch (CharacterCodingException e) {
      throw json.failure("the bytes that follow are not valid UTF-8", e);
    } catch (MalformedJsonException | IllegalStateException | NumberFormatException e) {
      throw json.failure("this is not JSON", e);
    }
  }

  /** Reads an object, none of whose names may come twice. */
  void object(FieldParser parser) throws IOException {
    require(JsonToken.BEGIN_OBJECT, "an object");
    reader.beginObject();
    Set<String> names = new HashSet<>();
    while (reader.hasNext()) {
      String name = wellFormed(reader.nextName());
      if (!names.add(name)) {
        throw error("the name is there twice");
      }
      parser.parse(name);
    }
    reader.endObject();
  }

  void array(ElementParser parser) throws IOException {
    require(JsonToken.BEGIN_ARRAY, "an array");
    reader.beginArray();
    while (reader.hasNext()) {
      parser.parse();
    }
    reader.endArray();
  }

  JsonToken peek() throws IOException {
    return reader.peek();
  }

  String string() throws IOException {
    require(JsonToken.STRING, "a string");
    return wellFormed(reader.nextString());
  }

  boolean flag() throws IOException {
    require(JsonToken.BOOLEAN, "true or false");
    return reader.nextBoolean();
  }

  void skipNull() throws IOException {
    reader.nextNull();
  }

  /** Reads a whole number from 0 on, written without fraction or exponent. */
  long count() throws IOException {
    String digits = number();
    Long count = whole(digits);
    if (count == null || count < 0) {
      throw error(
          "expected a whole number in 0…" + Long.MAX_VALUE + ", found " + Excerpt.of(digits));
    }
    return count;
  }

  /** Reads a number as it is written. */
  String number() throws IOException {
    require(JsonToken.NUMBER, "a number");
    return reader.nextString();
  }

  /** Returns a number as it is written if it is whole and a {@code long}. */
  static @Nullable Long whole(String number) {
    int from = number.startsWith("-") ? 1 : 0;
    if (!number.chars().skip(from).allMatch(c -> c >= '0' && c <= '9')) {
      return null;
    }
    try {
      return Long.valueOf(number);
    } catch (NumberFormatException e) {
      return null; // too large
    }
  }

  ModelFormatException error(String problem) {
    return new ModelFormatException(file, place(), problem);
  }

  private ModelFormatException failure(String problem, Throwable cause) {
    return new ModelFormatException(file, place(), problem, cause);
  }

  /** Where reading is: the path from the root, and the line. */
  private String place() {
    String position = reader.toString(); // "JsonReader at line 1 column 7 path $.a"
    int line = position.indexOf("line ");
    int path = position.indexOf(" path ");
    if (line < 0 || path < line) {
      return part;
    }
    return part
        + " "
        + Excerpt.of(position.substring(path + 6))
        + " ("
        + position.substring(line, path)
        + ")";
  }

  private void require(JsonToken expected, String what) throws IOException {
    JsonToken found = reader.peek();
    if (found != expected) {
      throw error("expected " + what + ", found " + describe(found));
    }
  }

  private static String describe(JsonToken token) {
    return switch (token) {
      case BEGIN_ARRAY -> "an array";
      case BEGIN_OBJECT -> "an object";
      case STRING, NAME -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
      case END_ARRAY, END_OBJECT, END_DOCUMENT -> "the end";
    };
  }

  /** JSON can spell half a surrogate pair, which is no text and which UTF-8 cannot hold. */
  private String wellFormed(String text) throws ModelFormatException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw error("a string holds half a surrogate pair");
    }
    return text;
  }
}
