package io.github.maque.data.internal;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * JSON values as plain Java ones: {@code Map<String, Object>} in the order of the file, {@code
 * List<Object>}, {@code String}, {@code Long}, {@code Double}, {@code Boolean} and {@link #NULL}.
 */
public final class Json {
  /** The value {@code null}. */
  public static final Object NULL =
      new Object() {
        @Override
        public String toString() {
          return "null";
        }
      };

  /** What the parser says of where an object or array began, which is nothing. */
  private static final Pattern UNKNOWN_START =
      Pattern.compile(" \\(start marker at \\[Source: [^\\]]*\\]\\)");

  private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Cntrl}]+");

  private static final int SHOWN_CHARACTERS = 40;

  /** As deep as anything sensible; what reads recursively here must not exhaust the stack. */
  private static final int MAX_DEPTH = 500;

  /** Strings are as long as their value at most, whose length is the reader's to limit. */
  private static final int MAX_STRING = Integer.MAX_VALUE;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(MAX_STRING)
                  .build())
          .build();

  private Json() {}

  /** Returns a parser of UTF-8, which is not checked for overlong forms and surrogates. */
  public static JsonParser parser(byte[] utf8, int from, int length) {
    return FACTORY.createParser(ObjectReadContext.empty(), utf8, from, length);
  }

  /**
   * Reads exactly one value.
   *
   * @throws IllegalArgumentException if the bytes are anything else, an object has a name twice, or
   *     a string is no text ({@link #checkText}); the message says where
   */
  public static Object read(byte[] utf8, int from, int length) {
    try (JsonParser parser = parser(utf8, from, length)) {
      if (parser.nextToken() == null) {
        throw new IllegalArgumentException("expected a JSON value, found nothing");
      }
      Object value = value(parser);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("expected one JSON value, found more behind it");
      }
      return value;
    } catch (JacksonException e) {
      throw new IllegalArgumentException(problem(e), e);
    }
  }

  /** Reads exactly one value, as {@link #read(byte[], int, int)} does. */
  public static Object read(byte[] utf8) {
    return read(utf8, 0, utf8.length);
  }

  /**
   * Returns {@code text} if it is one: escapes can spell half a surrogate pair, which is no
   * character and cannot be written as UTF-8.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static String checkText(String text) {
    boolean inPair = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      boolean second = inPair && Character.isLowSurrogate(c);
      inPair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (!second && !inPair) {
        throw new IllegalArgumentException(
            String.format("a string holds half a surrogate pair, \\u%04x", (int) c));
      }
    }
    return text;
  }

  /** Returns what an error says of a value: its kind, or the value itself if it is a small one. */
  public static String describe(Object value) {
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof List) {
      return "an array";
    }
    return value instanceof String text ? "\"" + shortened(text) + "\"" : String.valueOf(value);
  }

  /** Returns what an error shows of a text, which may be of any length. */
  public static String shortened(String text) {
    if (text.length() <= SHOWN_CHARACTERS) {
      return text;
    }
    int end =
        SHOWN_CHARACTERS - (Character.isHighSurrogate(text.charAt(SHOWN_CHARACTERS - 1)) ? 1 : 0);
    return text.substring(0, end) + "…";
  }

  /** Returns what a failure of the parser says, in one line, with the place in the value. */
  public static String problem(JacksonException e) {
    String message = BLANKS.matcher(e.getOriginalMessage()).replaceAll(" ");
    message = UNKNOWN_START.matcher(message).replaceAll("").strip();
    TokenStreamLocation location = e.getLocation();
    if (location == null || location.getColumnNr() < 1) {
      return message;
    }
    String line = location.getLineNr() > 1 ? "line " + location.getLineNr() + " of it, " : "";
    return message + " (" + line + "column " + location.getColumnNr() + ")";
  }

  /** Writes a value over several lines, with a line feed at the end. */
  public static String write(Object value) {
    StringWriter out = new StringWriter();
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
    ObjectWriteContext context =
        new ObjectWriteContext.Base() {
          @Override
          public DefaultPrettyPrinter getPrettyPrinter() {
            return printer;
          }

          @Override
          public boolean hasPrettyPrinter() {
            return true;
          }
        };
    try (JsonGenerator generator = FACTORY.createGenerator(context, out)) {
      write(value, generator);
    }
    return out.append('\n').toString();
  }

  private static Object value(JsonParser parser) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          if (object.put(checkText(name), value(parser)) != null) {
            throw new IllegalArgumentException(
                "an object has the name " + shortened(name) + " twice");
          }
        }
        yield object;
      }
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser));
        }
        yield array;
      }
      case VALUE_STRING -> checkText(parser.getString());
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> (Object) parser.getDoubleValue();
      case VALUE_TRUE -> (Object) true;
      case VALUE_FALSE -> (Object) false;
      case VALUE_NULL -> NULL;
      default -> throw new IllegalArgumentException("expected a JSON value, found " + token);
    };
  }

  private static Object integer(JsonParser parser) {
    return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? (Object) parser.getDoubleValue()
        : (Object) parser.getLongValue();
  }

  private static void write(Object value, JsonGenerator out) {
    if (value instanceof Map<?, ?> object) {
      out.writeStartObject();
      object.forEach(
          (name, inner) -> {
            out.writeName(String.valueOf(name));
            write(inner, out);
          });
      out.writeEndObject();
    } else if (value instanceof Iterable<?> array) {
      out.writeStartArray();
      array.forEach(inner -> write(inner, out));
      out.writeEndArray();
    } else if (value instanceof String text) {
      out.writeString(text);
    } else if (value instanceof Long || value instanceof Integer) {
      out.writeNumber(((Number) value).longValue());
    } else if (value instanceof Double number && Double.isFinite(number)) {
      out.writeNumber(number);
    } else if (value instanceof Boolean truth) {
      out.writeBoolean(truth);
    } else if (value == NULL) {
      out.writeNull();
    } else {
      throw new IllegalArgumentException(
          "not a JSON value: " + value + ", a " + value.getClass().getName());
    }
  }
}
