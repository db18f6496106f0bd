package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Encoding;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.SpecialTokens;
import io.github.maque.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer by byte-pair encoding: a {@link BpeVocabulary} and what surrounds it.
 *
 * <p>Ids are those that Hugging Face's tokenizers give for the same parts, for any input. Immutable
 * and thread-safe; each thread encoding at the same time holds a cache of 2 MiB and buffers.
 */
public final class BpeTokenizer implements Tokenizer {
  private static final char METASPACE = '▁';

  private final BpeVocabulary vocabulary;
  private final Normalizer normalizer;
  private final PreTokenizer preTokenizer;
  private final List<AddedToken> addedTokens;
  private final Map<String, AddedToken> addedByContent = new HashMap<>();
  private final SpecialTokens specialTokens;
  private final boolean addsPrefixSpace;
  private final boolean decodesMetaspace;
  private final boolean stripsLeadingSpace;
  private final byte[][] decoded;
  private final boolean[] isSpecial;
  private final WorkspacePool<BpePipeline> pipelines;

  private BpeTokenizer(Builder builder) {
    vocabulary = builder.vocabulary;
    normalizer = builder.normalizer;
    preTokenizer = builder.preTokenizer;
    addsPrefixSpace = builder.addsPrefixSpace;
    decodesMetaspace = builder.decodesMetaspace;
    stripsLeadingSpace = builder.stripsLeadingSpace;
    addedTokens = builder.addedTokens;
    Map<Integer, AddedToken> byId = new HashMap<>();
    for (AddedToken token : addedTokens) {
      AddedToken sameId = byId.put(token.id(), token);
      if (sameId != null) {
        throw new IllegalArgumentException(
            "added tokens "
                + sameId.content()
                + " and "
                + token.content()
                + " both have id "
                + token.id());
      }
      AddedToken sameText = addedByContent.put(token.content(), token);
      if (sameText != null) {
        throw new IllegalArgumentException(
            "added tokens "
                + sameText.id()
                + " and "
                + token.id()
                + " are both "
                + token.content());
      }
    }
    decoded = decodedPieces();
    specialTokens = specialTokens(builder);
    isSpecial = new boolean[decoded.length];
    specialTokens.ids().values().forEach(id -> isSpecial[id] = true);

    BoundaryFilter boundaries = new BoundaryFilter(vocabulary);
    WholeCharacters wholeCharacters = new WholeCharacters(vocabulary, boundaries);
    Normalizer segmentNormalizer = withoutMetaspace(normalizer);
    Normalizer spanNormalizer = spanNormalizer();
    AddedTokenMatcher rawMatcher = matcher(false);
    AddedTokenMatcher normalizedMatcher = matcher(true);
    pipelines =
        new WorkspacePool<>(
            2 * Runtime.getRuntime().availableProcessors(),
            () ->
                new BpePipeline(
                    rawMatcher,
                    segmentNormalizer,
                    normalizedMatcher,
                    spanNormalizer,
                    preTokenizer,
                    new BpeEncoder(vocabulary, boundaries, wholeCharacters)));
  }

  /** Returns a builder for a tokenizer with this vocabulary and, at first, nothing around it. */
  public static Builder builder(BpeVocabulary vocabulary) {
    return new Builder(vocabulary);
  }

  /** Returns the pieces and merges. */
  public BpeVocabulary vocabulary() {
    return vocabulary;
  }

  /** Returns what changes the text before it is split. */
  public Normalizer normalizer() {
    return normalizer;
  }

  /** Returns what splits the text. */
  public PreTokenizer preTokenizer() {
    return preTokenizer;
  }

  /** Returns the added tokens in the order of their ids. */
  public List<AddedToken> addedTokens() {
    return addedTokens;
  }

  /** Returns whether decoding turns {@code ▁} into a space. */
  public boolean decodesMetaspace() {
    return decodesMetaspace;
  }

  /** Returns whether decoding drops a space at the start, which normalisation had put there. */
  public boolean stripsLeadingSpace() {
    return stripsLeadingSpace;
  }

  /** Returns whether a space is put in front of text that does not start with one. */
  public boolean addsPrefixSpace() {
    return addsPrefixSpace;
  }

  @Override
  public int vocabularySize() {
    return decoded.length;
  }

  @Override
  public SpecialTokens specialTokens() {
    return specialTokens;
  }

  @Override
  public byte[] pieceBytes(int id) {
    return decodedPiece(id).clone();
  }

  @Override
  public OptionalInt idOf(byte[] piece) {
    String text = new String(piece, StandardCharsets.UTF_8);
    AddedToken added = addedByContent.get(text);
    byte[] spelled =
        decodesMetaspace ? text.replace(' ', METASPACE).getBytes(StandardCharsets.UTF_8) : piece;
    int[] candidates = {
      added == null ? -1 : added.id(),
      vocabulary.find(spelled).orElse(-1),
      piece.length == 1 ? vocabulary.byteId(piece[0]) : -1
    };
    return Arrays.stream(candidates)
        .filter(id -> id >= 0 && Arrays.equals(decoded[id], piece))
        .findFirst();
  }

  @Override
  public void encode(CharSequence text, EncodeOptions options, IdBuffer out) {
    requireTokens(options);
    int size = out.size();
    BpePipeline pipeline = pipelines.borrow();
    try {
      addBos(options, out);
      pipeline.encode(text, options.specialTokens(), out);
      addEos(options, out);
    } catch (RuntimeException | Error e) {
      out.truncate(size);
      throw e;
    } finally {
      pipelines.giveBack(pipeline);
    }
  }

  @Override
  public void encodeUtf8(byte[] utf8, int from, int to, EncodeOptions options, IdBuffer out) {
    Objects.checkFromToIndex(from, to, utf8.length);
    requireTokens(options);
    int size = out.size();
    BpePipeline pipeline = pipelines.borrow();
    try {
      addBos(options, out);
      pipeline.encodeUtf8(utf8, from, to, options.specialTokens(), out);
      addEos(options, out);
    } catch (RuntimeException | Error e) {
      out.truncate(size);
      throw e;
    } finally {
      pipelines.giveBack(pipeline);
    }
  }

  @Override
  public Encoding encodeWithOffsets(CharSequence text, EncodeOptions options) {
    requireTokens(options);
    IdBuffer ids = new IdBuffer();
    IdBuffer starts = new IdBuffer();
    IdBuffer ends = new IdBuffer();
    BpePipeline pipeline = pipelines.borrow();
    try {
      if (options.addBos()) {
        addBos(options, ids);
        starts.add(0);
        ends.add(0);
      }
      pipeline.encode(text, options.specialTokens(), ids, starts, ends);
      if (options.addEos()) {
        addEos(options, ids);
        starts.add(text.length());
        ends.add(text.length());
      }
    } finally {
      pipelines.giveBack(pipeline);
    }
    return new Encoding(ids.toArray(), starts.toArray(), ends.toArray());
  }

  @Override
  public byte[] decodeBytes(int[] ids, int from, int to, DecodeOptions options) {
    Objects.checkFromToIndex(from, to, ids.length);
    int length = 0;
    for (int i = from; i < to; i++) {
      length = Math.addExact(length, decodedPiece(ids[i]).length);
    }
    byte[] bytes = new byte[length];
    int end = 0;
    for (int i = from; i < to; i++) {
      if (options.skipSpecialTokens() && isSpecial[ids[i]]) {
        continue;
      }
      byte[] piece = decoded[ids[i]];
      System.arraycopy(piece, 0, bytes, end, piece.length);
      end += piece.length;
    }
    int start = stripsLeadingSpace && end > 0 && bytes[0] == ' ' ? 1 : 0;
    return start == 0 && end == length ? bytes : Arrays.copyOfRange(bytes, start, end);
  }

  private void requireTokens(EncodeOptions options) {
    if (options.addBos() && specialTokens.bos().isEmpty()) {
      throw new IllegalArgumentException("BOS is asked for, but the tokenizer has no BOS");
    }
    if (options.addEos() && specialTokens.eos().isEmpty()) {
      throw new IllegalArgumentException("EOS is asked for, but the tokenizer has no EOS");
    }
  }

  private void addBos(EncodeOptions options, IdBuffer out) {
    if (options.addBos()) {
      out.add(specialTokens.bos().getAsInt());
    }
  }

  private void addEos(EncodeOptions options, IdBuffer out) {
    if (options.addEos()) {
      out.add(specialTokens.eos().getAsInt());
    }
  }

  private byte[] decodedPiece(int id) {
    if (id < 0 || id >= decoded.length) {
      throw new IllegalArgumentException(
          "token id must be in 0…" + (decoded.length - 1) + ", got " + id);
    }
    return decoded[id];
  }

  /** What every id decodes to in the middle of a text. */
  private byte[][] decodedPieces() {
    int size = vocabulary.size();
    for (AddedToken token : addedTokens) {
      size = Math.max(size, token.id() + 1);
    }
    byte[][] pieces = new byte[size][];
    for (int id = 0; id < size; id++) {
      pieces[id] = vocabulary.pieceShared(id);
      if (decodesMetaspace && id < vocabulary.size() && pieces[id].length > 1) {
        pieces[id] = withSpaces(new String(pieces[id], StandardCharsets.UTF_8));
      }
    }
    for (AddedToken token : addedTokens) {
      pieces[token.id()] =
          decodesMetaspace
              ? withSpaces(token.content())
              : token.content().getBytes(StandardCharsets.UTF_8);
    }
    return pieces;
  }

  private static byte[] withSpaces(String piece) {
    return piece.replace(METASPACE, ' ').getBytes(StandardCharsets.UTF_8);
  }

  private SpecialTokens specialTokens(Builder builder) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (AddedToken token : addedTokens) {
      if (token.special()) {
        ids.put(token.content(), token.id());
      }
    }
    return new SpecialTokens(
        ids,
        requireId("BOS", builder.bos),
        requireId("EOS", builder.eos),
        requireId("PAD", builder.pad),
        vocabulary.unk());
  }

  private OptionalInt requireId(String name, OptionalInt id) {
    if (id.isPresent() && (id.getAsInt() < 0 || id.getAsInt() >= decoded.length)) {
      throw new IllegalArgumentException(
          name + " id must be in 0…" + (decoded.length - 1) + ", got " + id.getAsInt());
    }
    return id;
  }

  /** What is done to every stretch between added tokens: Metaspace at the end, a space in front. */
  private Normalizer spanNormalizer() {
    List<Normalizer> parts = new ArrayList<>();
    parts(normalizer).stream().filter(MetaspaceNormalizer.class::isInstance).forEach(parts::add);
    if (addsPrefixSpace) {
      parts.add(Normalizer.metaspace(' ', MetaspaceNormalizer.PrependScheme.ALWAYS));
    }
    return Normalizer.sequence(parts);
  }

  private static Normalizer withoutMetaspace(Normalizer normalizer) {
    return Normalizer.sequence(
        parts(normalizer).stream().filter(part -> !(part instanceof MetaspaceNormalizer)).toList());
  }

  private static List<Normalizer> parts(Normalizer normalizer) {
    return normalizer instanceof NormalizerSequence sequence
        ? sequence.parts()
        : List.of(normalizer);
  }

  /** The matcher of the added tokens that are looked for before or after normalisation. */
  private @Nullable AddedTokenMatcher matcher(boolean normalized) {
    Map<String, AddedToken> texts = new LinkedHashMap<>();
    for (AddedToken token : addedTokens) {
      if (token.normalized() == normalized) {
        String text =
            normalized ? withoutMetaspace(normalizer).normalize(token.content()) : token.content();
        if (!text.isEmpty()) {
          texts.put(text, token);
        }
      }
    }
    return texts.isEmpty() ? null : new AddedTokenMatcher(texts);
  }

  /** Puts a tokenizer together. */
  public static final class Builder {
    private final BpeVocabulary vocabulary;
    private Normalizer normalizer = Normalizer.none();
    private PreTokenizer preTokenizer = PreTokenizer.none();
    private List<AddedToken> addedTokens = List.of();
    private OptionalInt bos = OptionalInt.empty();
    private OptionalInt eos = OptionalInt.empty();
    private OptionalInt pad = OptionalInt.empty();
    private boolean addsPrefixSpace;
    private boolean decodesMetaspace;
    private boolean stripsLeadingSpace;

    private Builder(BpeVocabulary vocabulary) {
      this.vocabulary = vocabulary;
    }

    /** Sets what changes the text before it is split. */
    public Builder normalizer(Normalizer normalizer) {
      this.normalizer = normalizer;
      return this;
    }

    /** Sets what splits the text. */
    public Builder preTokenizer(PreTokenizer preTokenizer) {
      this.preTokenizer = preTokenizer;
      return this;
    }

    /** Sets the tokens that are cut out of the text, special or not. */
    public Builder addedTokens(List<AddedToken> tokens) {
      List<AddedToken> sorted = new ArrayList<>(tokens);
      sorted.sort(Comparator.comparingInt(AddedToken::id));
      addedTokens = List.copyOf(sorted);
      return this;
    }

    /** Sets the id that begins a document. */
    public Builder bos(int id) {
      bos = OptionalInt.of(id);
      return this;
    }

    /** Sets the id that ends a document. */
    public Builder eos(int id) {
      eos = OptionalInt.of(id);
      return this;
    }

    /** Sets the id that fills a batch. */
    public Builder pad(int id) {
      pad = OptionalInt.of(id);
      return this;
    }

    /** Sets whether decoding turns {@code ▁} into a space. */
    public Builder decodesMetaspace(boolean decode) {
      decodesMetaspace = decode;
      return this;
    }

    /** Sets whether decoding drops a space at the start of the text. */
    public Builder stripsLeadingSpace(boolean strip) {
      stripsLeadingSpace = strip;
      return this;
    }

    /** Sets whether a space is put in front of text that does not start with one. */
    public Builder addsPrefixSpace(boolean add) {
      addsPrefixSpace = add;
      return this;
    }

    /**
     * Builds the tokenizer.
     *
     * @throws IllegalArgumentException if two added tokens share an id or a text, or a role names
     *     an id outside the vocabulary
     */
    public BpeTokenizer build() {
      return new BpeTokenizer(this);
    }
  }
}
