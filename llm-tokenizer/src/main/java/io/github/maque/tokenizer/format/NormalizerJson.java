package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.bpe.LowercaseNormalizer;
import io.github.maque.tokenizer.bpe.MetaspaceNormalizer;
import io.github.maque.tokenizer.bpe.MetaspaceNormalizer.PrependScheme;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.NormalizerSequence;
import io.github.maque.tokenizer.bpe.PrependNormalizer;
import io.github.maque.tokenizer.bpe.ReplaceNormalizer;
import io.github.maque.tokenizer.bpe.StripNormalizer;
import io.github.maque.tokenizer.bpe.UnicodeNormalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The field {@code normalizer} of a {@code tokenizer.json}. */
final class NormalizerJson {
  private final List<Normalizer> parts = new ArrayList<>();
  private boolean byteLevel;

  private NormalizerJson() {}

  /** Reads the field, which may be null. */
  static NormalizerJson read(@Nullable JsonNode node) throws TokenizerFormatException {
    NormalizerJson result = new NormalizerJson();
    if (node != null && !node.isNull()) {
      result.add(node);
    }
    return result;
  }

  Normalizer normalizer() {
    return Normalizer.sequence(parts);
  }

  /** Whether merging starts from bytes. */
  boolean isByteLevel() {
    return byteLevel;
  }

  private void add(JsonNode node) throws TokenizerFormatException {
    String type = node.type();
    if (byteLevel) {
      throw node.error("\"" + Excerpt.of(type) + "\" behind ByteLevel is not supported");
    }
    switch (type) {
      case "Sequence" -> {
        node.requireOnly(Set.of("type", "normalizers"));
        for (JsonNode part : node.get("normalizers").elements()) {
          add(part);
        }
      }
      case "NFC" -> addPlain(node, Normalizer.nfc());
      case "NFD" -> addPlain(node, Normalizer.nfd());
      case "NFKC" -> addPlain(node, Normalizer.nfkc());
      case "NFKD" -> addPlain(node, Normalizer.nfkd());
      case "Lowercase" -> addPlain(node, Normalizer.lowercase());
      case "Prepend" -> {
        node.requireOnly(Set.of("type", "prepend"));
        parts.add(Normalizer.prepend(node.get("prepend").string()));
      }
      case "Replace" -> parts.add(replace(node));
      case "Strip" -> {
        node.requireOnly(Set.of("type", "strip_left", "strip_right"));
        parts.add(Normalizer.strip(node.get("strip_left").bool(), node.get("strip_right").bool()));
      }
      case "ByteLevel" -> {
        node.requireOnly(Set.of("type"));
        byteLevel = true;
      }
      default -> throw node.error("the normalizer \"" + Excerpt.of(type) + "\" is not supported");
    }
  }

  private void addPlain(JsonNode node, Normalizer normalizer) throws TokenizerFormatException {
    node.requireOnly(Set.of("type"));
    parts.add(normalizer);
  }

  private static Normalizer replace(JsonNode node) throws TokenizerFormatException {
    node.requireOnly(Set.of("type", "pattern", "content"));
    JsonNode pattern = node.get("pattern");
    pattern.requireOnly(Set.of("String", "Regex"));
    String content = node.get("content").string();
    JsonNode regex = pattern.find("Regex");
    try {
      return regex != null
          ? Normalizer.replaceRegex(regex.string(), content)
          : Normalizer.replace(pattern.get("String").string(), content);
    } catch (IllegalArgumentException e) {
      throw pattern.error(String.valueOf(e.getMessage()));
    }
  }

  /** The parts of a normalizer in order. */
  static List<Normalizer> parts(Normalizer normalizer) {
    return normalizer instanceof NormalizerSequence sequence
        ? sequence.parts()
        : List.of(normalizer);
  }

  /**
   * Writes the field.
   *
   * @throws IllegalArgumentException if a part is what the format knows as a pre-tokenizer
   */
  static void write(List<Normalizer> parts, JsonText json) {
    if (parts.isEmpty()) {
      json.literal("null");
    } else if (parts.size() == 1) {
      writePart(parts.get(0), json);
    } else {
      json.beginObject().field("type", "Sequence").name("normalizers").beginArray();
      for (Normalizer part : parts) {
        writePart(part, json.element());
      }
      json.endArray().endObject();
    }
  }

  private static void writePart(Normalizer part, JsonText json) {
    json.beginObject();
    if (part instanceof UnicodeNormalizer unicode) {
      json.field("type", unicode.form().name());
    } else if (part instanceof LowercaseNormalizer) {
      json.field("type", "Lowercase");
    } else if (part instanceof PrependNormalizer prepend) {
      json.field("type", "Prepend").field("prepend", prepend.text());
    } else if (part instanceof ReplaceNormalizer replace) {
      json.field("type", "Replace")
          .name("pattern")
          .beginObject()
          .field(replace.isRegex() ? "Regex" : "String", replace.pattern())
          .endObject()
          .field("content", replace.replacement());
    } else if (part instanceof StripNormalizer strip) {
      json.field("type", "Strip")
          .field("strip_left", strip.left())
          .field("strip_right", strip.right());
    } else {
      throw new IllegalArgumentException(
          "tokenizer.json can have " + part + " only behind all other normalizers");
    }
    json.endObject();
  }

  /** Returns the prepend scheme of this name, or null. */
  static @Nullable PrependScheme scheme(String name) {
    for (PrependScheme scheme : PrependScheme.values()) {
      if (scheme.jsonName().equals(name)) {
        return scheme;
      }
    }
    return null;
  }

  /** The normalizer that writes spaces as a visible character, if it is the last of these. */
  static @Nullable MetaspaceNormalizer metaspace(List<Normalizer> parts) {
    return !parts.isEmpty() && parts.get(parts.size() - 1) instanceof MetaspaceNormalizer last
        ? last
        : null;
  }
}
