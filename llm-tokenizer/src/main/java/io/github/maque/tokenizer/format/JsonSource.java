package io.github.maque.tokenizer.format;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * A JSON document (RFC 8259) read token by token, in which nothing can be too deep, too long or
 * twice there, and every error names the file, the path and the line.
 */
final class JsonSource {
  private static final int MAX_DEPTH = 64;

  /** One string or number; chat templates and compiled normalisation rules reach some 400,000. */
  private static final int MAX_TOKEN_CHARS = 1 << 22;

  private final String source;
  private final TokenLimit limit;
  private final JsonReader reader;

  private JsonSource(InputStream in, String source) {
    this.source = source;
    Reader utf8 =
        new InputStreamReader(
            in,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    limit = new TokenLimit(new BufferedReader(utf8, 1 << 16));
    reader = new JsonReader(limit);
    reader.setStrictness(Strictness.STRICT);
    reader.setNestingLimit(MAX_DEPTH);
  }

  /** Reads the whole of a document. */
  interface Parser<T> {
    T parse(JsonSource json) throws IOException;
  }

  /** Reads the value of one field. */
  interface FieldParser {
    void parse(String name) throws IOException;
  }

  /** Reads one element. */
  interface ElementParser {
    void parse() throws IOException;
  }

  /** Reads the document in {@code file}. */
  static <T> T read(Path file, Parser<T> parser) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString(), parser);
    }
  }

  /** Reads the document that {@code in} holds and nothing else. */
  static <T> T read(InputStream in, String source, Parser<T> parser) throws IOException {
    JsonSource json = new JsonSource(in, source);
    try {
      T value = parser.parse(json);
      json.limit.refill();
      if (json.reader.peek() != JsonToken.END_DOCUMENT) {
        throw json.error("something follows the end of the document");
      }
      return value;
    } catch (EOFException e) {
      throw json.error("the file ends inside a value", e);
    } catch (CharacterCodingException e) {
      throw json.error("the bytes that follow are not valid UTF-8", e);
    } catch (TokenTooLongException e) {
      throw json.error("a value is longer than " + MAX_TOKEN_CHARS + " characters", e);
    } catch (MalformedJsonException | IllegalStateException | NumberFormatException e) {
      throw json.error(firstSentence(e), e);
    }
  }

  /** Of the reader's own messages only what is wrong: where, we say ourselves. */
  private static String firstSentence(Exception e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("setStrictness")) {
      return "this is no JSON";
    }
    int end = message.length();
    for (String rest : new String[] {" at line ", "\n"}) {
      int at = message.indexOf(rest);
      end = at < 0 ? end : Math.min(end, at);
    }
    return Excerpt.of(message.substring(0, end));
  }

  /** Reads an object, none of whose fields may come twice. */
  void object(FieldParser parser) throws IOException {
    Set<String> names = new HashSet<>();
    fields(
        name -> {
          if (!names.add(name)) {
            throw error("the field is there twice");
          }
          parser.parse(name);
        });
  }

  /** Reads an object; to find fields that come twice is up to the parser. */
  void fields(FieldParser parser) throws IOException {
    require(JsonToken.BEGIN_OBJECT, "an object");
    reader.beginObject();
    while (hasNext()) {
      String name = reader.nextName();
      requireWellFormed(name);
      parser.parse(name);
    }
    reader.endObject();
  }

  void array(ElementParser parser) throws IOException {
    require(JsonToken.BEGIN_ARRAY, "an array");
    reader.beginArray();
    while (hasNext()) {
      parser.parse();
    }
    reader.endArray();
  }

  boolean hasNext() throws IOException {
    limit.refill();
    return reader.hasNext();
  }

  boolean isArray() throws IOException {
    limit.refill();
    return reader.peek() == JsonToken.BEGIN_ARRAY;
  }

  /** Passes over the value if it is null, and says whether it was. */
  boolean skipNull() throws IOException {
    limit.refill();
    if (reader.peek() != JsonToken.NULL) {
      return false;
    }
    reader.nextNull();
    return true;
  }

  String string() throws IOException {
    require(JsonToken.STRING, "a string");
    String value = reader.nextString();
    requireWellFormed(value);
    return value;
  }

  boolean bool() throws IOException {
    require(JsonToken.BOOLEAN, "true or false");
    return reader.nextBoolean();
  }

  /** Reads a whole number from 0 to {@code max}, written without fraction or exponent. */
  int integer(int max) throws IOException {
    require(JsonToken.NUMBER, "a whole number");
    String digits = number();
    if (digits.length() > 10 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw error("expected a whole number in 0…" + max + ", found " + Excerpt.of(digits));
    }
    long value = Long.parseLong(digits);
    if (value > max) {
      throw error("expected a whole number in 0…" + max + ", found " + digits);
    }
    return (int) value;
  }

  /** Reads the whole value into memory. */
  JsonNode node() throws IOException {
    return new JsonNodeReader(this).read();
  }

  /** Passes over a value of any kind. */
  void skip() throws IOException {
    limit.refill();
    switch (reader.peek()) {
      case BEGIN_OBJECT -> fields(name -> skip());
      case BEGIN_ARRAY -> array(this::skip);
      default -> reader.skipValue();
    }
  }

  JsonToken peek() throws IOException {
    limit.refill();
    return reader.peek();
  }

  /** Reads a number as it is written. */
  String number() throws IOException {
    require(JsonToken.NUMBER, "a number");
    return reader.nextString();
  }

  /** Where reading is: the path and the line. */
  String place() {
    String position = reader.toString(); // "JsonReader at line 1 column 7 path $.a"
    int line = position.indexOf("line ");
    int path = position.indexOf(" path ");
    if (line < 0 || path < line) {
      return Excerpt.of(position);
    }
    return Excerpt.of(position.substring(path + 6)) + " (" + position.substring(line, path) + ")";
  }

  TokenizerFormatException error(String problem) {
    return new TokenizerFormatException(source, place(), problem);
  }

  String source() {
    return source;
  }

  private TokenizerFormatException error(String problem, Throwable cause) {
    return new TokenizerFormatException(source, place(), problem, cause);
  }

  private void require(JsonToken expected, String what) throws IOException {
    limit.refill();
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

  /** JSON can spell half a surrogate pair; no text has that, and UTF-8 cannot. */
  private void requireWellFormed(String text) throws TokenizerFormatException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw error("the string holds half a surrogate pair");
      }
    }
  }

  /** Ends the reading of a string that goes on and on, which the JSON reader itself does not. */
  private static final class TokenLimit extends FilterReader {
    private long left;

    TokenLimit(Reader in) {
      super(in);
      refill();
    }

    /** To be called before each token. */
    void refill() {
      left = MAX_TOKEN_CHARS;
    }

    @Override
    public int read(char[] buffer, int from, int length) throws IOException {
      int count = super.read(buffer, from, length);
      left -= Math.max(count, 0);
      if (left < 0) {
        throw new TokenTooLongException();
      }
      return count;
    }
  }

  private static final class TokenTooLongException extends IOException {
    private static final long serialVersionUID = 1L;
  }
}
