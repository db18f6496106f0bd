package io.github.maque.tokenizer.format;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The field {@code post_processor} of a {@code tokenizer.json}: which ids it puts around a text.
 * Only what is asked for is put around a text here, so this is about BOS and EOS.
 */
final class PostProcessorJson {
  private final List<Integer> before = new ArrayList<>();
  private final List<Integer> after = new ArrayList<>();

  private PostProcessorJson() {}

  /** Reads the field, which may be null. */
  static PostProcessorJson read(@Nullable JsonNode node) throws TokenizerFormatException {
    PostProcessorJson result = new PostProcessorJson();
    if (node != null && !node.isNull()) {
      result.add(node);
    }
    return result;
  }

  /** The id in front of a text, if it is one. */
  OptionalInt bos() {
    return before.size() == 1 ? OptionalInt.of(before.get(0)) : OptionalInt.empty();
  }

  /** The id behind a text, if it is one. */
  OptionalInt eos() {
    return after.size() == 1 ? OptionalInt.of(after.get(0)) : OptionalInt.empty();
  }

  private void add(JsonNode node) throws TokenizerFormatException {
    String type = node.type();
    switch (type) {
      case "Sequence" -> {
        for (JsonNode part : node.get("processors").elements()) {
          add(part);
        }
      }
      case "ByteLevel" -> {} // offsets alone
      case "TemplateProcessing" -> addTemplate(node);
      case "BertProcessing", "RobertaProcessing" -> {
        before.add(0, idOfPair(node.get("cls")));
        after.add(idOfPair(node.get("sep")));
      }
      default ->
          throw node.error("the post-processor \"" + Excerpt.of(type) + "\" is not supported");
    }
  }

  private void addTemplate(JsonNode node) throws TokenizerFormatException {
    node.requireOnly(Set.of("type", "single", "pair", "special_tokens"));
    JsonNode specials = node.get("special_tokens");
    List<Integer> in = new ArrayList<>();
    boolean textSeen = false;
    for (JsonNode piece : node.get("single").elements()) {
      piece.requireOnly(Set.of("Sequence", "SpecialToken"));
      JsonNode special = piece.find("SpecialToken");
      if (special == null) {
        piece.get("Sequence");
        if (textSeen) {
          throw piece.error("a template that repeats the text is not supported");
        }
        textSeen = true;
        before.addAll(0, in);
        in.clear();
      } else {
        for (JsonNode id : specials.get(special.get("id").string()).get("ids").elements()) {
          in.add(id.integer(Integer.MAX_VALUE));
        }
      }
    }
    if (!textSeen) {
      throw node.get("single").error("a template without the text is not supported");
    }
    after.addAll(in);
  }

  private static int idOfPair(JsonNode pair) throws TokenizerFormatException {
    List<JsonNode> parts = pair.elements();
    if (parts.size() != 2) {
      throw pair.error("expected a token and its id");
    }
    return parts.get(1).integer(Integer.MAX_VALUE);
  }

  /** A special token and its id. */
  record Special(String token, int id) {}

  /** Writes the field for a tokenizer that puts these around a text by default. */
  static void write(
      boolean byteLevel, @Nullable Special bos, @Nullable Special eos, JsonText json) {
    boolean template = bos != null || eos != null;
    if (!byteLevel && !template) {
      json.literal("null");
      return;
    }
    boolean both = byteLevel && template;
    if (both) {
      json.beginObject().field("type", "Sequence").name("processors").beginArray().element();
    }
    if (byteLevel) {
      json.beginObject()
          .field("type", "ByteLevel")
          .field("add_prefix_space", false)
          .field("trim_offsets", false)
          .field("use_regex", false)
          .endObject();
    }
    if (both) {
      json.element();
    }
    if (template) {
      writeTemplate(bos, eos, json);
    }
    if (both) {
      json.endArray().endObject();
    }
  }

  private static void writeTemplate(@Nullable Special bos, @Nullable Special eos, JsonText json) {
    json.beginObject().field("type", "TemplateProcessing");
    for (String name : List.of("single", "pair")) {
      json.name(name).beginArray();
      for (int text = 0; text < (name.equals("pair") ? 2 : 1); text++) {
        if (bos != null) {
          writePiece("SpecialToken", bos.token(), text, json);
        }
        writePiece("Sequence", text == 0 ? "A" : "B", text, json);
        if (eos != null) {
          writePiece("SpecialToken", eos.token(), text, json);
        }
      }
      json.endArray();
    }
    json.name("special_tokens").beginObject();
    if (bos != null) {
      writeSpecial(bos, json);
    }
    if (eos != null && (bos == null || !eos.token().equals(bos.token()))) {
      writeSpecial(eos, json);
    }
    json.endObject().endObject();
  }

  private static void writePiece(String kind, String id, int typeId, JsonText json) {
    json.element()
        .beginObject()
        .name(kind)
        .beginObject()
        .field("id", id)
        .field("type_id", typeId)
        .endObject()
        .endObject();
  }

  private static void writeSpecial(Special special, JsonText json) {
    json.name(special.token())
        .beginObject()
        .field("id", special.token())
        .name("ids")
        .literal("[" + special.id() + "]")
        .name("tokens")
        .literal("[")
        .quote(special.token())
        .literal("]")
        .endObject();
  }
}
