package io.github.maque.tokenizer.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The field {@code decoder} of a {@code tokenizer.json}: how pieces become text again. Bytes always
 * do so the same way here, so of a byte-level tokenizer nothing is taken from it; of a
 * character-level one, what becomes of {@code ▁}.
 */
final class DecoderJson {
  private static final String METASPACE = "▁";

  private boolean metaspace;
  private boolean stripsLeadingSpace;
  private boolean byteFallback;

  private DecoderJson() {}

  /** Reads the field, which may be null: then pieces are put together as they are. */
  static DecoderJson read(@Nullable JsonNode node) throws TokenizerFormatException {
    DecoderJson result = new DecoderJson();
    if (node != null && !node.isNull()) {
      List<JsonNode> parts = new ArrayList<>();
      flatten(node, parts);
      for (JsonNode part : parts) {
        result.add(part);
      }
    }
    return result;
  }

  /** Whether {@code ▁} becomes a space. */
  boolean decodesMetaspace() {
    return metaspace;
  }

  /** Whether a space at the start of the text is dropped. */
  boolean stripsLeadingSpace() {
    return stripsLeadingSpace;
  }

  /** Whether {@code <0x0A>} becomes a byte. */
  boolean decodesBytes() {
    return byteFallback;
  }

  private static void flatten(JsonNode node, List<JsonNode> parts) throws TokenizerFormatException {
    if (node.type().equals("Sequence")) {
      for (JsonNode part : node.get("decoders").elements()) {
        flatten(part, parts);
      }
    } else {
      parts.add(node);
    }
  }

  private void add(JsonNode node) throws TokenizerFormatException {
    String type = node.type();
    switch (type) {
      case "ByteLevel", "Fuse" -> {}
      case "ByteFallback" -> byteFallback = true;
      case "Replace" -> {
        node.requireOnly(Set.of("type", "pattern", "content"));
        JsonNode pattern = node.get("pattern").find("String");
        if (pattern == null
            || !pattern.string().equals(METASPACE)
            || !node.get("content").string().equals(" ")) {
          throw node.error("a decoder that replaces anything but ▁ by a space is not supported");
        }
        metaspace = true;
      }
      case "Metaspace" -> {
        if (!node.get("replacement").string().equals(METASPACE)) {
          throw node.get("replacement").error("only ▁ is supported");
        }
        JsonNode scheme = node.find("prepend_scheme");
        metaspace = true;
        stripsLeadingSpace =
            scheme == null ? node.bool("add_prefix_space", true) : !scheme.string().equals("never");
      }
      case "Strip" -> {
        node.requireOnly(Set.of("type", "content", "start", "stop"));
        if (!node.get("content").string().equals(" ")
            || node.get("start").integer(1) != 1
            || node.get("stop").integer(1) != 0) {
          throw node.error("a decoder that strips anything but one leading space is not supported");
        }
        stripsLeadingSpace = true;
      }
      default -> throw node.error("the decoder \"" + Excerpt.of(type) + "\" is not supported");
    }
  }

  /** Writes the field for a byte-level tokenizer. */
  static void writeByteLevel(JsonText json) {
    json.beginObject()
        .field("type", "ByteLevel")
        .field("add_prefix_space", false)
        .field("trim_offsets", false)
        .field("use_regex", false)
        .endObject();
  }

  /** Writes the field for a character-level tokenizer. */
  static void writeCharacters(boolean metaspace, boolean stripsLeadingSpace, JsonText json) {
    json.beginObject().field("type", "Sequence").name("decoders").beginArray();
    if (metaspace) {
      json.element()
          .beginObject()
          .field("type", "Replace")
          .name("pattern")
          .beginObject()
          .field("String", METASPACE)
          .endObject()
          .field("content", " ")
          .endObject();
    }
    json.element().beginObject().field("type", "ByteFallback").endObject();
    json.element().beginObject().field("type", "Fuse").endObject();
    if (stripsLeadingSpace) {
      json.element()
          .beginObject()
          .field("type", "Strip")
          .field("content", " ")
          .field("start", 1)
          .field("stop", 0)
          .endObject();
    }
    json.endArray().endObject();
  }
}
