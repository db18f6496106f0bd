package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.BpeVocabulary.Alphabet;
import io.github.maque.tokenizer.bpe.ByteAlphabet;
import io.github.maque.tokenizer.bpe.MetaspaceNormalizer;
import io.github.maque.tokenizer.bpe.Normalizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes a {@code tokenizer.json} that Hugging Face's tokenizers read as the same tokenizer. */
final class TokenizerJsonWriter {
  private final BpeTokenizer tokenizer;
  private final BpeVocabulary vocabulary;
  private final TokenizerConfig config;
  private final boolean bytes;
  private final Map<Integer, AddedToken> addedById = new HashMap<>();

  /** What every id is called in the file, null where nothing has it. */
  private final @Nullable String[] spellings;

  private TokenizerJsonWriter(BpeTokenizer tokenizer, TokenizerConfig config) {
    this.tokenizer = tokenizer;
    this.vocabulary = tokenizer.vocabulary();
    this.config = config;
    this.bytes = vocabulary.alphabet() == Alphabet.BYTES;
    for (AddedToken token : tokenizer.addedTokens()) {
      if (addedById.put(token.id(), token) != null) {
        throw new IllegalArgumentException("there are two added tokens with id " + token.id());
      }
    }
    int size = vocabulary.size();
    for (AddedToken token : tokenizer.addedTokens()) {
      size = Math.max(size, token.id() + 1);
    }
    this.spellings = new @Nullable String[size];
  }

  /**
   * Returns the content of the file.
   *
   * @throws IllegalArgumentException if the format cannot express the tokenizer
   */
  static String write(BpeTokenizer tokenizer, TokenizerConfig config) {
    return new TokenizerJsonWriter(tokenizer, config).write();
  }

  private String write() {
    if (!bytes && tokenizer.addsPrefixSpace()) {
      throw new IllegalArgumentException("only a byte-level tokenizer.json can add a prefix space");
    }
    spellPieces();
    placeAddedTokens();
    requireDistinct();
    JsonText json = new JsonText().beginObject();
    json.field("version", "1.0").nullField("truncation").nullField("padding");
    writeAddedTokens(json);
    writeNormalizerAndPreTokenizer(tokenizer, json);
    json.name("post_processor");
    PostProcessorJson.write(
        bytes,
        special(config.addBosToken(), config.bosToken()),
        special(config.addEosToken(), config.eosToken()),
        json);
    json.name("decoder");
    if (bytes) {
      DecoderJson.writeByteLevel(json);
    } else {
      DecoderJson.writeCharacters(
          tokenizer.decodesMetaspace(), tokenizer.stripsLeadingSpace(), json);
    }
    json.name("model");
    writeModel(json);
    return json.endObject() + "\n";
  }

  /**
   * Writes the fields {@code normalizer} and {@code pre_tokenizer}, which say how text is changed
   * and split.
   */
  static void writeNormalizerAndPreTokenizer(BpeTokenizer tokenizer, JsonText json) {
    boolean bytes = tokenizer.vocabulary().alphabet() == Alphabet.BYTES;
    List<Normalizer> normalizers = NormalizerJson.parts(tokenizer.normalizer());
    MetaspaceNormalizer metaspace = NormalizerJson.metaspace(normalizers);
    if (metaspace != null) {
      normalizers = normalizers.subList(0, normalizers.size() - 1);
      // In the file, Metaspace comes after these tokens were looked for.
      boolean inNormalized = tokenizer.addedTokens().stream().anyMatch(AddedToken::normalized);
      if (bytes || inNormalized) {
        throw new IllegalArgumentException(
            "tokenizer.json cannot say that "
                + metaspace
                + " comes before "
                + (bytes ? "bytes" : "added tokens are looked for in normalised text"));
      }
    }
    json.name("normalizer");
    NormalizerJson.write(normalizers, json);
    json.name("pre_tokenizer");
    PreTokenizerJson.write(
        tokenizer.preTokenizer(), metaspace, bytes, tokenizer.addsPrefixSpace(), json);
  }

  private void spellPieces() {
    for (int id = 0; id < vocabulary.size(); id++) {
      byte[] piece = vocabulary.piece(id);
      if (piece.length == 0) {
        continue;
      }
      if (isBytePiece(id, piece)) {
        spellings[id] = BytePieces.name(piece[0]);
      } else if (bytes && vocabulary.isInModel(id)) {
        spellings[id] = ByteAlphabet.write(piece);
      } else {
        spellings[id] = text(id, piece);
      }
    }
  }

  private boolean isBytePiece(int id, byte[] piece) {
    return !bytes
        && !vocabulary.isInModel(id)
        && piece.length == 1
        && vocabulary.byteId(piece[0]) == id;
  }

  private String text(int id, byte[] piece) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(piece)).toString();
      requireUnreachable(id, text);
      return text;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("piece " + id + " is not text, as the format demands", e);
    }
  }

  /** In the file nothing says that merging must not find a piece; so it must not be able to. */
  private void requireUnreachable(int id, String text) {
    if (id < vocabulary.size() && vocabulary.isInModel(id)) {
      return;
    }
    AddedToken added = addedById.get(id);
    boolean isAdded = added != null && added.content().equals(text);
    byte[] asBytes = bytes && !isAdded ? ByteAlphabet.read(text) : null;
    boolean otherwiseRead =
        asBytes != null && !Arrays.equals(asBytes, text.getBytes(StandardCharsets.UTF_8));
    boolean foundAsWhole =
        vocabulary.ignoresMerges()
            && PreTokenizerJson.mayLeaveWhole(tokenizer.preTokenizer(), text);
    if (foundAsWhole || otherwiseRead || isSymbol(text)) {
      throw new IllegalArgumentException(
          "id "
              + id
              + " \""
              + Excerpt.of(text)
              + "\" must not be found in text, which the format cannot say");
    }
  }

  private boolean isSymbol(String text) {
    return bytes
        ? text.length() == 1 && ByteAlphabet.byteOf(text.charAt(0)) >= 0
        : text.codePointCount(0, text.length()) == 1;
  }

  /**
   * Hugging Face's tokenizers number added tokens themselves, behind the vocabulary. One for which
   * that gives another id has to be part of the vocabulary.
   */
  private void placeAddedTokens() {
    int count = 0;
    for (String spelling : spellings) {
      count += spelling == null ? 0 : 1;
    }
    boolean follow = true;
    int next = count;
    for (AddedToken token : tokenizer.addedTokens()) {
      follow &= spellings[token.id()] != null || token.id() == next++;
    }
    for (AddedToken token : tokenizer.addedTokens()) {
      String spelling = spellings[token.id()];
      if (spelling != null && !spelling.equals(token.content())) {
        throw new IllegalArgumentException(
            "added token "
                + token.id()
                + " is \""
                + Excerpt.of(token.content())
                + "\", but the piece with that id is \""
                + Excerpt.of(spelling)
                + "\"");
      }
      if (spelling == null && !follow) {
        requireUnreachable(token.id(), token.content());
        spellings[token.id()] = token.content();
      }
    }
  }

  private void requireDistinct() {
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < spellings.length; id++) {
      if (spellings[id] != null) {
        put(ids, spellings[id], id);
      }
    }
    for (AddedToken token : tokenizer.addedTokens()) {
      put(ids, token.content(), token.id());
    }
  }

  private static void put(Map<String, Integer> ids, String spelling, int id) {
    Integer other = ids.put(spelling, id);
    if (other != null && other != id) {
      throw new IllegalArgumentException(
          "ids "
              + other
              + " and "
              + id
              + " would both be spelled \""
              + Excerpt.of(spelling)
              + "\" in a tokenizer.json");
    }
  }

  private void writeAddedTokens(JsonText json) {
    json.name("added_tokens").beginArray();
    for (AddedToken token : tokenizer.addedTokens()) {
      json.element()
          .beginObject()
          .field("id", token.id())
          .field("content", token.content())
          .field("single_word", token.singleWord())
          .field("lstrip", token.leftStrip())
          .field("rstrip", token.rightStrip())
          .field("normalized", token.normalized())
          .field("special", token.special())
          .endObject();
    }
    json.endArray();
  }

  private void writeModel(JsonText json) {
    json.beginObject().field("type", "BPE").nullField("dropout");
    if (vocabulary.unk().isPresent()) {
      json.field("unk_token", spelling(vocabulary.unk().getAsInt()));
    } else {
      json.nullField("unk_token");
    }
    json.nullField("continuing_subword_prefix")
        .nullField("end_of_word_suffix")
        .field("fuse_unk", vocabulary.fusesUnk())
        .field("byte_fallback", !bytes && vocabulary.hasByteFallback())
        .field("ignore_merges", vocabulary.ignoresMerges());
    json.name("vocab").beginObject();
    for (int id = 0; id < spellings.length; id++) {
      if (spellings[id] != null) {
        json.field(spellings[id], id);
      }
    }
    json.endObject();
    json.name("merges").beginArray();
    List<MergeOrder.Merge> merges = new MergeOrder(vocabulary).listed();
    for (MergeOrder.Merge merge : merges) {
      json.element()
          .literal("[")
          .quote(spelling(merge.left()))
          .literal(", ")
          .quote(spelling(merge.right()))
          .literal("]");
    }
    json.endArray().endObject();
  }

  private String spelling(int id) {
    String spelling = spellings[id];
    if (spelling == null) {
      throw new IllegalArgumentException("id " + id + " takes part in merging but has no piece");
    }
    return spelling;
  }

  private PostProcessorJson.@Nullable Special special(boolean add, Optional<String> token) {
    if (!add || token.isEmpty()) {
      return null;
    }
    for (AddedToken added : tokenizer.addedTokens()) {
      if (added.content().equals(token.get())) {
        return new PostProcessorJson.Special(added.content(), added.id());
      }
    }
    throw new IllegalArgumentException(
        "\"" + Excerpt.of(token.get()) + "\" is to be added to texts, but is no added token");
  }
}
