package io.github.maque.data.source;

import io.github.maque.data.Document;
import io.github.maque.data.Location;
import io.github.maque.data.internal.Json;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Takes the text out of a JSON record without building it in memory: what nobody asked for is
 * skipped, not decoded.
 */
final class JsonText implements RecordParser<Document> {
  /** How many names are shown of a record that has not the right ones. */
  private static final int NAMES_SHOWN = 8;

  private final List<String> fields;
  private final Node root = new Node();

  /** A place in a record on the way to a wanted field. */
  private static final class Node {
    private final Map<String, Node> children = new HashMap<>();

    /** Which of the fields is here, or -1. */
    private int field = -1;
  }

  JsonText(List<String> fields) {
    if (fields.isEmpty()) {
      throw new IllegalArgumentException("fields must not be empty");
    }
    this.fields = fields;
    for (int i = 0; i < fields.size(); i++) {
      Node node = root;
      for (String name : path(fields.get(i))) {
        node = node.children.computeIfAbsent(name, n -> new Node());
      }
      if (node.field >= 0) {
        throw new IllegalArgumentException("fields holds " + fields.get(i) + " twice");
      }
      node.field = i;
    }
  }

  private static List<String> path(String field) {
    List<String> names = new ArrayList<>();
    if (field.startsWith("/")) {
      for (String name : field.substring(1).split("/", -1)) {
        names.add(name.replace("~1", "/").replace("~0", "~"));
      }
      return names;
    }
    for (String name : field.split("\\.", -1)) {
      if (name.isEmpty()) {
        throw new IllegalArgumentException(
            "fields holds '"
                + field
                + "'; expected a name, names joined by dots, or a JSON pointer");
      }
      names.add(name);
    }
    return names;
  }

  @Override
  public @Nullable Document parse(byte[] data, int from, int to, Location location) {
    Utf8.check(data, from, to);
    try (JsonParser parser = Json.parser(data, from, to - from)) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        return null;
      }
      String text = null;
      if (token == JsonToken.VALUE_STRING) {
        text = parser.getString();
      } else if (token == JsonToken.START_OBJECT) {
        Search search = new Search(parser);
        search.object(root);
        text = search.text(data, from, to);
      } else {
        throw new IllegalArgumentException(
            "expected a JSON object or a string, found " + kind(token));
      }
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("expected one JSON value, found more behind it");
      }
      if (text == null) {
        throw new IllegalArgumentException(
            "has no field " + String.join(" or ", fields) + "; it has " + names(data, from, to));
      }
      return new Document(Json.checkText(text), location);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(Json.problem(e), e);
    }
  }

  /** One walk through a record. */
  private final class Search {
    private final JsonParser parser;
    private final BitSet seen = new BitSet();

    /** The first of the fields seen so far: what it is, and where it begins in the record. */
    private int best = Integer.MAX_VALUE;

    private JsonToken bestToken = JsonToken.NOT_AVAILABLE;
    private long bestOffset;

    /** Decoded already if no other field can take its place. */
    private @Nullable String bestText;

    Search(JsonParser parser) {
      this.parser = parser;
    }

    /** Goes through the object that the parser is at the beginning of. */
    void object(Node node) {
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        parser.nextToken();
        value(node.children.get(name));
      }
    }

    private void array(Node node) {
      int index = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        value(node.children.get(Integer.toString(index++)));
      }
    }

    private void value(@Nullable Node node) {
      if (node == null) {
        parser.skipChildren();
        return;
      }
      JsonToken token = parser.currentToken();
      if (node.field >= 0) {
        found(node.field, token);
      }
      if (node.children.isEmpty()) {
        parser.skipChildren();
      } else if (token == JsonToken.START_OBJECT) {
        object(node);
      } else if (token == JsonToken.START_ARRAY) {
        array(node);
      }
    }

    private void found(int field, JsonToken token) {
      if (seen.get(field)) {
        throw new IllegalArgumentException("has the field " + fields.get(field) + " twice");
      }
      seen.set(field);
      if (field < best) {
        best = field;
        bestToken = token;
        bestOffset = parser.currentTokenLocation().getByteOffset();
        bestText = field == 0 && token == JsonToken.VALUE_STRING ? parser.getString() : null;
      }
    }

    /** Returns the text, or null if there is none of the fields. */
    @Nullable String text(byte[] data, int from, int to) {
      if (best == Integer.MAX_VALUE || bestText != null) {
        return bestText;
      }
      if (bestToken != JsonToken.VALUE_STRING) {
        throw new IllegalArgumentException(
            "the field " + fields.get(best) + " is " + kind(bestToken) + ", not a string");
      }
      int at = from + (int) bestOffset;
      try (JsonParser again = Json.parser(data, at, to - at)) {
        again.nextToken();
        return again.getString();
      }
    }
  }

  /** Returns the names that a record has, for a message. */
  private static String names(byte[] data, int from, int to) {
    List<String> names = new ArrayList<>();
    try (JsonParser parser = Json.parser(data, from, to - from)) {
      parser.nextToken();
      String name = parser.nextName();
      while (name != null && names.size() < NAMES_SHOWN) {
        names.add(name);
        parser.nextToken();
        parser.skipChildren();
        name = parser.nextName();
      }
      return names.isEmpty() ? "none" : String.join(", ", names) + (name == null ? "" : ", ...");
    }
  }

  private static String kind(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_NULL -> "null";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      default -> "a number";
    };
  }
}
