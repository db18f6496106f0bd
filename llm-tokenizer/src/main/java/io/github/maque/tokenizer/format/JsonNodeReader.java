package io.github.maque.tokenizer.format;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one JSON value into {@link JsonNode}s. How deep it can be, {@link JsonSource} limits. */
final class JsonNodeReader {
  private static final int MAX_NODES = 20_000;

  /** Bounds what a number can cost: 1e999999999 is short to write and long to work with. */
  private static final int MAX_NUMBER_CHARS = 40;

  private static final int MAX_EXPONENT = 400;

  private final JsonSource json;
  private int nodes;

  JsonNodeReader(JsonSource json) {
    this.json = json;
  }

  JsonNode read() throws IOException {
    if (++nodes > MAX_NODES) {
      throw json.error("the value has more than " + MAX_NODES + " parts");
    }
    return switch (json.peek()) {
      case BEGIN_OBJECT -> {
        String place = json.place();
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        json.object(name -> fields.put(name, read()));
        yield new JsonNode(json.source(), place, fields);
      }
      case BEGIN_ARRAY -> {
        String place = json.place();
        List<JsonNode> elements = new ArrayList<>();
        json.array(() -> elements.add(read()));
        yield new JsonNode(json.source(), place, elements);
      }
      case STRING -> node(json.place(), json.string());
      case BOOLEAN -> node(json.place(), json.bool());
      case NUMBER -> node(json.place(), number());
      default -> {
        String place = json.place();
        if (!json.skipNull()) {
          throw json.error("expected a value");
        }
        yield new JsonNode(json.source(), place, null);
      }
    };
  }

  private JsonNode node(String place, Object value) {
    return new JsonNode(json.source(), place, value);
  }

  private BigDecimal number() throws IOException {
    String digits = json.number();
    if (digits.length() <= MAX_NUMBER_CHARS) {
      BigDecimal number = new BigDecimal(digits);
      if (Math.abs((long) number.scale()) <= MAX_EXPONENT) {
        return number;
      }
    }
    throw json.error("the number " + Excerpt.of(digits) + " is out of any range");
  }
}
