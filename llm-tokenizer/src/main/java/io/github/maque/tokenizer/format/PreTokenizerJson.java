package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.bpe.CharacterSplit;
import io.github.maque.tokenizer.bpe.LiteralSplit;
import io.github.maque.tokenizer.bpe.MetaspaceNormalizer;
import io.github.maque.tokenizer.bpe.MetaspaceNormalizer.PrependScheme;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenPattern;
import io.github.maque.tokenizer.bpe.PreTokenizer;
import io.github.maque.tokenizer.bpe.PreTokenizerSequence;
import io.github.maque.tokenizer.bpe.RegexSplit;
import io.github.maque.tokenizer.bpe.SplitBehavior;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The field {@code pre_tokenizer} of a {@code tokenizer.json}. */
final class PreTokenizerJson {
  private final List<PreTokenizer> splits = new ArrayList<>();
  private boolean byteLevel;
  private boolean addsPrefixSpace;
  private @Nullable Metaspace metaspace;

  private PreTokenizerJson() {}

  /**
   * The part of Metaspace that changes text, which here is a normaliser's business.
   *
   * @param normalizer what it does
   * @param node where it stands
   */
  record Metaspace(Normalizer normalizer, JsonNode node) {}

  /** Reads the field, which may be null. */
  static PreTokenizerJson read(@Nullable JsonNode node) throws TokenizerFormatException {
    PreTokenizerJson result = new PreTokenizerJson();
    if (node != null && !node.isNull()) {
      result.add(node);
    }
    return result;
  }

  /** How the text is split. */
  PreTokenizer preTokenizer() {
    return PreTokenizer.sequence(splits);
  }

  /** Whether merging starts from bytes. */
  boolean isByteLevel() {
    return byteLevel;
  }

  boolean addsPrefixSpace() {
    return addsPrefixSpace;
  }

  @Nullable Metaspace metaspace() {
    return metaspace;
  }

  private void add(JsonNode node) throws TokenizerFormatException {
    String type = node.type();
    if (byteLevel) {
      throw node.error("\"" + Excerpt.of(type) + "\" behind ByteLevel is not supported");
    }
    switch (type) {
      case "Sequence" -> {
        node.requireOnly(Set.of("type", "pretokenizers"));
        for (JsonNode part : node.get("pretokenizers").elements()) {
          add(part);
        }
      }
      case "ByteLevel" -> addByteLevel(node);
      case "Metaspace" -> addMetaspace(node);
      case "Split" -> splits.add(split(node));
      case "Digits" -> {
        node.requireOnly(Set.of("type", "individual_digits"));
        splits.add(PreTokenizer.digits(node.get("individual_digits").bool()));
      }
      case "Punctuation" -> {
        node.requireOnly(Set.of("type", "behavior"));
        JsonNode behavior = node.find("behavior");
        splits.add(
            PreTokenizer.punctuation(
                behavior == null ? SplitBehavior.ISOLATED : behavior(behavior)));
      }
      case "Whitespace" -> {
        node.requireOnly(Set.of("type"));
        splits.add(PreTokenizer.words());
      }
      case "WhitespaceSplit" -> {
        node.requireOnly(Set.of("type"));
        splits.add(PreTokenizer.whiteSpace());
      }
      default ->
          throw node.error("the pre-tokenizer \"" + Excerpt.of(type) + "\" is not supported");
    }
  }

  private void addByteLevel(JsonNode node) throws TokenizerFormatException {
    // trim_offsets changes no ids, and here offsets always tell what a token stands for.
    node.requireOnly(Set.of("type", "add_prefix_space", "trim_offsets", "use_regex"));
    if (metaspace != null) {
      throw node.error("ByteLevel together with Metaspace is not supported");
    }
    addsPrefixSpace = node.get("add_prefix_space").bool();
    if (addsPrefixSpace && !splits.isEmpty()) {
      throw node.error("add_prefix_space in text that is split already is not supported");
    }
    byteLevel = true;
    if (node.bool("use_regex", true)) {
      splits.add(PreTokenPattern.GPT2);
    }
  }

  private void addMetaspace(JsonNode node) throws TokenizerFormatException {
    node.requireOnly(
        Set.of("type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"));
    if (metaspace != null || !splits.isEmpty()) {
      throw node.error("Metaspace is supported only as the first pre-tokenizer");
    }
    JsonNode replacement = node.get("replacement");
    String text = replacement.string();
    if (text.length() != 1) {
      throw replacement.error("expected one character below U+10000");
    }
    JsonNode schemeNode = node.find("prepend_scheme");
    PrependScheme scheme =
        schemeNode == null ? PrependScheme.ALWAYS : NormalizerJson.scheme(schemeNode.string());
    if (scheme == null) {
      throw node.get("prepend_scheme").error("expected \"always\", \"first\" or \"never\"");
    }
    if (!node.bool("add_prefix_space", true)) { // as it was written before there were schemes
      if (schemeNode != null && scheme != PrependScheme.NEVER) {
        throw node.get("add_prefix_space").error("contradicts prepend_scheme");
      }
      scheme = PrependScheme.NEVER;
    }
    metaspace = new Metaspace(Normalizer.metaspace(text.charAt(0), scheme), node);
    if (node.bool("split", true)) {
      splits.add(PreTokenizer.literal(text, SplitBehavior.MERGED_WITH_NEXT, false));
    }
  }

  private static PreTokenizer split(JsonNode node) throws TokenizerFormatException {
    node.requireOnly(Set.of("type", "pattern", "behavior", "invert"));
    JsonNode pattern = node.get("pattern");
    pattern.requireOnly(Set.of("String", "Regex"));
    SplitBehavior behavior = behavior(node.get("behavior"));
    boolean invert = node.get("invert").bool();
    JsonNode regex = pattern.find("Regex");
    try {
      return regex != null
          ? PreTokenizer.regex(regex.string(), behavior, invert)
          : PreTokenizer.literal(pattern.get("String").string(), behavior, invert);
    } catch (IllegalArgumentException e) {
      throw pattern.error(String.valueOf(e.getMessage()));
    }
  }

  private static SplitBehavior behavior(JsonNode node) throws TokenizerFormatException {
    String name = node.string();
    for (SplitBehavior behavior : SplitBehavior.values()) {
      if (behavior.jsonName().equals(name)) {
        return behavior;
      }
    }
    throw node.error("there is no behaviour \"" + Excerpt.of(name) + "\"");
  }

  /**
   * Writes the field.
   *
   * @param metaspace the normaliser that the format knows as a part of a pre-tokenizer
   * @throws IllegalArgumentException if Hugging Face's tokenizers have nothing like it
   */
  static void write(
      PreTokenizer preTokenizer,
      @Nullable MetaspaceNormalizer metaspace,
      boolean byteLevel,
      boolean addsPrefixSpace,
      JsonText json) {
    List<PreTokenizer> parts = new ArrayList<>();
    flatten(preTokenizer, parts);
    boolean gpt2 = byteLevel && !parts.isEmpty() && last(parts) == PreTokenPattern.GPT2;
    if (gpt2) {
      parts.remove(parts.size() - 1);
    }
    if (addsPrefixSpace && !(byteLevel && parts.isEmpty())) {
      throw new IllegalArgumentException(
          "tokenizer.json cannot say that a space is put in front of text which "
              + preTokenizer
              + " splits");
    }
    List<Consumer<JsonText>> written = new ArrayList<>();
    if (metaspace != null) {
      String replacement = String.valueOf(metaspace.replacement());
      PreTokenizer words = PreTokenizer.literal(replacement, SplitBehavior.MERGED_WITH_NEXT, false);
      boolean split = !parts.isEmpty() && parts.get(0).equals(words);
      if (split) {
        parts.remove(0);
      }
      written.add(
          out ->
              out.field("type", "Metaspace")
                  .field("replacement", replacement)
                  .field("prepend_scheme", metaspace.scheme().jsonName())
                  .field("split", split));
    }
    for (PreTokenizer part : parts) {
      written.add(out -> writePart(part, out));
    }
    if (byteLevel) {
      written.add(
          out ->
              out.field("type", "ByteLevel")
                  .field("add_prefix_space", addsPrefixSpace)
                  .field("trim_offsets", false)
                  .field("use_regex", gpt2));
    }
    if (written.isEmpty()) {
      json.literal("null");
      return;
    }
    if (written.size() == 1) {
      written.get(0).accept(json.beginObject());
      json.endObject();
      return;
    }
    json.beginObject().field("type", "Sequence").name("pretokenizers").beginArray();
    for (Consumer<JsonText> part : written) {
      part.accept(json.element().beginObject());
      json.endObject();
    }
    json.endArray().endObject();
  }

  /**
   * Returns whether {@code text}, wherever it stands, may be left as one pre-token. The well-known
   * patterns look only at white space around what they split.
   */
  static boolean mayLeaveWhole(PreTokenizer preTokenizer, String text) {
    if (!(preTokenizer instanceof PreTokenPattern)
        || text.codePoints().anyMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c))) {
      return true;
    }
    IdBuffer ends = new IdBuffer();
    preTokenizer.split(text.toCharArray(), 0, text.length(), ends);
    return ends.size() == 1;
  }

  private static PreTokenizer last(List<PreTokenizer> parts) {
    return parts.get(parts.size() - 1);
  }

  private static void flatten(PreTokenizer preTokenizer, List<PreTokenizer> parts) {
    if (preTokenizer instanceof PreTokenizerSequence sequence) {
      sequence.parts().forEach(part -> flatten(part, parts));
    } else {
      parts.add(preTokenizer);
    }
  }

  private static void writePart(PreTokenizer part, JsonText json) {
    if (part instanceof PreTokenPattern pattern) {
      writeSplit("Regex", pattern.regex(), SplitBehavior.ISOLATED, false, json);
    } else if (part instanceof RegexSplit split) {
      writeSplit("Regex", split.regex(), split.behavior(), split.invert(), json);
    } else if (part instanceof LiteralSplit split) {
      writeSplit("String", split.text(), split.behavior(), split.invert(), json);
    } else if (part.equals(PreTokenizer.words())) {
      json.field("type", "Whitespace");
    } else if (part.equals(PreTokenizer.whiteSpace())) {
      json.field("type", "WhitespaceSplit");
    } else if (part.equals(PreTokenizer.digits(true))) {
      json.field("type", "Digits").field("individual_digits", true);
    } else if (part.equals(PreTokenizer.digits(false))) {
      json.field("type", "Digits").field("individual_digits", false);
    } else if (part instanceof CharacterSplit split
        && split.kind() == CharacterSplit.Kind.PUNCTUATION) {
      json.field("type", "Punctuation").field("behavior", split.behavior().jsonName());
    } else {
      throw new IllegalArgumentException("tokenizer.json has no pre-tokenizer for " + part);
    }
  }

  private static void writeSplit(
      String kind, String pattern, SplitBehavior behavior, boolean invert, JsonText json) {
    json.field("type", "Split")
        .name("pattern")
        .beginObject()
        .field(kind, pattern)
        .endObject()
        .field("behavior", behavior.jsonName())
        .field("invert", invert);
  }
}
