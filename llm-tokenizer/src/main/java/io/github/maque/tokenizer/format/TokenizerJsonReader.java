package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.ByteAlphabet;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads a {@code tokenizer.json} and puts the tokenizer together that it describes. */
final class TokenizerJsonReader {
  private static final int MAX_ADDED_TOKENS = 1 << 17;

  private final JsonSource json;
  private final TokenizerConfig config;
  private final List<AddedToken> addedTokens = new ArrayList<>();

  /** Where each of them stands. */
  private final List<String> addedTokenPlaces = new ArrayList<>();

  private @Nullable JsonNode normalizer;
  private @Nullable JsonNode preTokenizer;
  private @Nullable JsonNode postProcessor;
  private @Nullable JsonNode decoder;
  private @Nullable BpeModelJson model;

  TokenizerJsonReader(JsonSource json, TokenizerConfig config) {
    this.json = json;
    this.config = config;
  }

  BpeTokenizer read() throws IOException {
    json.object(this::readField);
    if (model == null) {
      throw json.error("the field \"model\" is missing");
    }
    return new Assembly(model).build();
  }

  private void readField(String name) throws IOException {
    switch (name) {
      case "version" -> {
        String version = json.string();
        if (!version.equals("1.0")) {
          throw json.error("expected version \"1.0\", found \"" + Excerpt.of(version) + "\"");
        }
      }
      case "truncation", "padding" -> json.skip(); // what to do with ids, not which they are
      case "added_tokens" -> {
        if (!json.skipNull()) {
          json.array(this::readAddedToken);
        }
      }
      case "normalizer" -> normalizer = json.node();
      case "pre_tokenizer" -> preTokenizer = json.node();
      case "post_processor" -> postProcessor = json.node();
      case "decoder" -> decoder = json.node();
      case "model" -> model = BpeModelJson.read(json);
      default -> throw json.error("this part of a tokenizer is not supported");
    }
  }

  private void readAddedToken() throws IOException {
    JsonNode node = json.node();
    if (addedTokens.size() == MAX_ADDED_TOKENS) {
      throw node.error("there are more than " + MAX_ADDED_TOKENS + " added tokens");
    }
    String content = node.get("content").string();
    if (content.isEmpty()) {
      throw node.get("content").error("the token is empty");
    }
    addedTokenPlaces.add(node.place());
    addedTokens.add(
        new AddedToken(
            node.get("id").integer(BpeVocabulary.MAX_SIZE - 1),
            content,
            node.get("special").bool(),
            node.get("normalized").bool(),
            node.get("single_word").bool(),
            node.get("lstrip").bool(),
            node.get("rstrip").bool()));
  }

  /** Reads only what {@code post_processor} and {@code added_tokens} say about BOS and EOS. */
  static TokenizerConfig readTemplate(JsonSource json, TokenizerConfig config) throws IOException {
    TokenizerJsonReader reader = new TokenizerJsonReader(json, config);
    json.object(
        name -> {
          if (name.equals("added_tokens") || name.equals("post_processor")) {
            reader.readField(name);
          } else {
            json.skip();
          }
        });
    PostProcessorJson template = PostProcessorJson.read(reader.postProcessor);
    TokenizerConfig.Builder builder = config.toBuilder();
    Optional<String> before = reader.contentOf(template.bos());
    if (before.isPresent() && config.bosToken().orElse(before.get()).equals(before.get())) {
      builder.bosToken(before.get()).addBosToken(true);
    }
    Optional<String> after = reader.contentOf(template.eos());
    if (after.isPresent() && config.eosToken().orElse(after.get()).equals(after.get())) {
      builder.eosToken(after.get()).addEosToken(true);
    }
    return builder.build();
  }

  private Optional<String> contentOf(OptionalInt id) {
    return id.isEmpty()
        ? Optional.empty()
        : addedTokens.stream()
            .filter(token -> token.id() == id.getAsInt())
            .map(AddedToken::content)
            .findFirst();
  }

  private TokenizerFormatException error(String place, String problem) {
    return new TokenizerFormatException(json.source(), place, problem);
  }

  /** Puts the parts together. */
  private final class Assembly {
    private final BpeModelJson model;
    private final Map<String, AddedToken> addedByContent = new HashMap<>();

    /** Ids that merging starts from or passes through. */
    private final BitSet reached = new BitSet();

    Assembly(BpeModelJson model) {
      this.model = model;
    }

    BpeTokenizer build() throws TokenizerFormatException {
      NormalizerJson normalizing = NormalizerJson.read(normalizer);
      PreTokenizerJson splitting = PreTokenizerJson.read(preTokenizer);
      DecoderJson decoding = DecoderJson.read(decoder);
      PostProcessorJson template = PostProcessorJson.read(postProcessor);
      boolean bytes = splitting.isByteLevel() || normalizing.isByteLevel();
      if (normalizing.isByteLevel() && preTokenizer != null && !preTokenizer.isNull()) {
        throw preTokenizer.error("a pre-tokenizer behind a ByteLevel normalizer is not supported");
      }
      checkAddedTokens();
      markReached(bytes, splitting.preTokenizer());
      try {
        BpeTokenizer.Builder builder =
            BpeTokenizer.builder(bytes ? byteLevel() : characterLevel(decoding))
                .normalizer(normalizer(normalizing, splitting))
                .preTokenizer(splitting.preTokenizer())
                .addedTokens(addedTokens)
                .addsPrefixSpace(splitting.addsPrefixSpace());
        if (!bytes) {
          builder
              .decodesMetaspace(decoding.decodesMetaspace())
              .stripsLeadingSpace(decoding.stripsLeadingSpace());
        }
        role(config.bosToken(), template.bos()).ifPresent(builder::bos);
        role(config.eosToken(), template.eos()).ifPresent(builder::eos);
        role(config.padToken(), OptionalInt.empty()).ifPresent(builder::pad);
        return builder.build();
      } catch (IllegalArgumentException e) {
        throw new TokenizerFormatException(
            json.source(), "$.model", String.valueOf(e.getMessage()), e);
      }
    }

    /**
     * Hugging Face's tokenizers do not use the ids of added tokens: they take the one in the
     * vocabulary, or else the next after it. Where that is another, which one was meant is open.
     */
    private void checkAddedTokens() throws TokenizerFormatException {
      int next = model.vocabulary.size();
      for (int i = 0; i < addedTokens.size(); i++) {
        AddedToken token = addedTokens.get(i);
        String place = addedTokenPlaces.get(i);
        if (addedByContent.put(token.content(), token) != null) {
          throw error(place, "\"" + Excerpt.of(token.content()) + "\" is there twice");
        }
        Integer inVocabulary = model.vocabulary.get(token.content());
        int id = inVocabulary != null ? inVocabulary : next++;
        if (token.id() != id) {
          throw error(
              place,
              "\""
                  + Excerpt.of(token.content())
                  + "\" has id "
                  + token.id()
                  + ", but Hugging Face's tokenizers would give it "
                  + id);
        }
        if (inVocabulary == null && model.ids.get(id)) {
          throw error(place, "id " + id + " belongs to a piece of the vocabulary");
        }
      }
    }

    private void markReached(boolean bytes, PreTokenizer preTokenizer) {
      for (int[] merge : model.merges) {
        reached.set(merge[0]);
        reached.set(merge[1]);
      }
      Map<Integer, String> spelling = new HashMap<>();
      model.vocabulary.forEach(
          (piece, id) -> {
            spelling.put(id, piece);
            boolean symbol =
                bytes
                    ? piece.length() == 1 && ByteAlphabet.byteOf(piece.charAt(0)) >= 0
                    : piece.codePointCount(0, piece.length()) == 1;
            boolean whole =
                model.ignoreMerges
                    && !(addedByContent.containsKey(piece)
                        && !PreTokenizerJson.mayLeaveWhole(preTokenizer, piece));
            if (symbol || whole) {
              reached.set(id);
            }
          });
      for (int[] merge : model.merges) {
        String merged = spelling.get(merge[0]) + spelling.get(merge[1]);
        Integer id = model.vocabulary.get(merged);
        if (id != null) {
          reached.set(id);
        }
      }
    }

    private BpeVocabulary byteLevel() throws TokenizerFormatException {
      BpeVocabulary.Builder builder = BpeVocabulary.byteLevel();
      for (Map.Entry<String, Integer> entry : model.vocabulary.entrySet()) {
        String piece = entry.getKey();
        int id = entry.getValue();
        byte[] bytes = isText(piece, id) ? null : ByteAlphabet.read(piece);
        if (bytes == null) {
          builder.decodeOnlyPiece(id, utf8(piece));
        } else {
          if (addedByContent.containsKey(piece)
              && !Arrays.equals(bytes, utf8(piece))
              && occursInText(bytes)) {
            throw error(
                "$.added_tokens",
                "\""
                    + Excerpt.of(piece)
                    + "\" is also how the vocabulary spells other bytes, so"
                    + " that id "
                    + id
                    + " has two meanings");
          }
          builder.piece(id, bytes);
        }
      }
      Map<Integer, Boolean> spellsBytes = new HashMap<>();
      model.vocabulary.forEach(
          (piece, id) -> spellsBytes.put(id, ByteAlphabet.read(piece) != null));
      for (int[] merge : model.merges) {
        // Text arrives spelled in bytes, so that what is not never comes to be merged.
        if (spellsBytes.getOrDefault(merge[0], false)
            && spellsBytes.getOrDefault(merge[1], false)) {
          builder.merge(merge[0], merge[1]);
        }
      }
      if (model.unkToken != null && model.vocabulary.containsKey(model.unkToken)) {
        builder.unk(model.vocabulary.get(model.unkToken));
      }
      return builder.fuseUnk(model.fuseUnk).ignoreMerges(model.ignoreMerges).build();
    }

    /** Some bytes are in no UTF-8 at all; added tokens that are called like those do no harm. */
    private static boolean occursInText(byte[] bytes) {
      for (byte b : bytes) {
        if ((b & 0xFF) == 0xC0 || (b & 0xFF) == 0xC1 || (b & 0xFF) > 0xF4) {
          return false;
        }
      }
      return true;
    }

    /** An added token whose text merging never sees is that text, however it is spelled. */
    private boolean isText(String piece, int id) {
      return addedByContent.containsKey(piece) && !reached.get(id);
    }

    private BpeVocabulary characterLevel(DecoderJson decoding) throws TokenizerFormatException {
      BpeVocabulary.Builder builder = BpeVocabulary.characterLevel();
      boolean hasBytes = model.byteFallback || decoding.decodesBytes();
      int bytePieces = 0;
      for (Map.Entry<String, Integer> entry : model.vocabulary.entrySet()) {
        String piece = entry.getKey();
        int id = entry.getValue();
        int value = hasBytes ? BytePieces.value(piece) : -1;
        if (value >= 0) {
          if (addedByContent.containsKey(piece)) {
            throw error("$.added_tokens", piece + " is a byte and an added token as well");
          }
          if (reached.get(id)) {
            throw error("$.model", "the byte " + piece + " may be found in text as well");
          }
          builder.bytePiece(id, value);
          bytePieces++;
        } else if (isText(piece, id)) {
          builder.decodeOnlyPiece(id, utf8(piece));
        } else {
          builder.piece(id, utf8(piece));
        }
      }
      for (int[] merge : model.merges) {
        builder.merge(merge[0], merge[1]);
      }
      if (model.unkToken != null) {
        Integer unk = model.vocabulary.get(model.unkToken);
        if (unk == null) {
          throw error("$.model.unk_token", "the token is not in the vocabulary");
        }
        if (model.byteFallback && bytePieces > 0 && bytePieces < 256) {
          throw error(
              "$.model.byte_fallback",
              "only " + bytePieces + " bytes have pieces, and the order of UNK among them is open");
        }
        if (model.fuseUnk && model.unkToken.codePointCount(0, model.unkToken.length()) == 1) {
          throw error("$.model.unk_token", "a single character with fuse_unk is not supported");
        }
        builder.unk(unk);
      }
      return builder
          .fuseUnk(model.fuseUnk)
          .byteFallback(model.byteFallback)
          .ignoreMerges(model.ignoreMerges)
          .build();
    }

    private Normalizer normalizer(NormalizerJson normalizing, PreTokenizerJson splitting)
        throws TokenizerFormatException {
      PreTokenizerJson.Metaspace metaspace = splitting.metaspace();
      if (metaspace == null) {
        return normalizing.normalizer();
      }
      for (AddedToken token : addedTokens) {
        if (token.normalized()) {
          throw metaspace
              .node()
              .error(
                  "together with an added token that is found in normalised text, \""
                      + Excerpt.of(token.content())
                      + "\", this is not supported");
        }
      }
      return Normalizer.sequence(List.of(normalizing.normalizer(), metaspace.normalizer()));
    }

    /** The id of the token that the configuration names; if it names none, that of the template. */
    private OptionalInt role(Optional<String> token, OptionalInt otherwise)
        throws TokenizerFormatException {
      if (token.isEmpty()) {
        if (otherwise.isPresent()
            && !model.ids.get(otherwise.getAsInt())
            && addedTokens.stream().noneMatch(added -> added.id() == otherwise.getAsInt())) {
          throw error("$.post_processor", "there is no token with id " + otherwise.getAsInt());
        }
        return otherwise;
      }
      AddedToken added = addedByContent.get(token.get());
      Integer id = added != null ? Integer.valueOf(added.id()) : model.vocabulary.get(token.get());
      return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
