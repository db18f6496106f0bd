package io.github.maque.data.internal;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
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

  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private Json() {}

  /**
   * Reads exactly one value.
   *
   * @throws IllegalArgumentException if the bytes are anything else; the message says where
   */
  public static Object read(byte[] utf8, int from, int length) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), utf8, from, length)) {
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

  /** Returns what a failure of the parser says, in one line, with the place in the value. */
  public static String problem(JacksonException e) {
    String message = e.getOriginalMessage().strip().replaceAll("\\s*\\R\\s*", " ");
    return e.getLocation() == null
        ? message
        : message + " (column " + e.getLocation().getColumnNr() + ")";
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
          object.put(name, value(parser));
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
      case VALUE_STRING -> parser.getString();
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
    } else if (value instanceof Double number) {
      out.writeNumber(number);
    } else if (value instanceof Boolean truth) {
      out.writeBoolean(truth);
    } else if (value == NULL) {
      out.writeNull();
    } else {
      throw new IllegalArgumentException("not a JSON value: " + value.getClass().getName());
    }
  }
}
