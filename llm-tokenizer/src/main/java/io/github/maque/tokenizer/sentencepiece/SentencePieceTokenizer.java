package io.github.maque.tokenizer.sentencepiece;

import io.github.maque.tokenizer.DecodeOptions;
import io.github.maque.tokenizer.EncodeOptions;
import io.github.maque.tokenizer.Encoding;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.SpecialTokenPolicy;
import io.github.maque.tokenizer.SpecialTokens;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.SentencePieceModel.Piece;
import io.github.maque.tokenizer.format.SentencePieceModel.PieceType;
import io.github.maque.tokenizer.format.TokenizerFormatException;
import io.github.maque.tokenizer.sentencepiece.ControlTokens.Segment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A SentencePiece model of any kind, run by the SentencePiece library itself through DJL's binding.
 * For unigram models and for BPE models with normalisation rules; other BPE models run faster in
 * pure Java ({@link SentencePieceModel#toTokenizer}).
 *
 * <p>Needs {@code ai.djl.sentencepiece:sentencepiece} on the class path. Holds native memory, which
 * {@link #close} frees, or else the garbage collector in its own time. Thread-safe.
 *
 * <p>Ids are SentencePiece's own. Control pieces in a text ({@code <s>}) are text to the library;
 * with {@link SpecialTokenPolicy#ALLOW} they become their ids, and the stretches between them are
 * encoded one by one, each as a text of its own. Every call allocates, and a text may have at most
 * {@value #MAX_TEXT_CHARS} characters, for which the library takes some 400 MB.
 *
 * <p>Decoding is done here, because the binding returns broken strings for emoji and NUL. With
 * special tokens skipped it gives what the library gives, but for byte pieces that form no
 * character, which stay the bytes they are.
 */
public final class SentencePieceTokenizer implements Tokenizer, AutoCloseable {
  /** The most UTF-16 code units one text may have. */
  public static final int MAX_TEXT_CHARS = 1 << 21;

  /**
   * Building its tries the library recurses once per byte of a piece, on the thread's own stack.
   */
  private static final int MAX_PIECE_BYTES = 1024;

  private final SentencePieceModel model;
  private final ModelNormalizer normalizer;
  private final PieceDecoder decoder;
  private final ControlTokens controlTokens;
  private final SpecialTokens specialTokens;
  private final int[] pieceLengths;
  private final boolean[] isByte;
  private final int unk;
  private final NativeModel nativeModel;

  private SentencePieceTokenizer(SentencePieceModel model, ModelNormalizer normalizer)
      throws TokenizerFormatException {
    this.model = model;
    this.normalizer = normalizer;
    this.decoder = new PieceDecoder(model);
    this.specialTokens = specialTokens(model);
    this.controlTokens = new ControlTokens(specialTokens.ids());
    List<Piece> pieces = model.pieces();
    pieceLengths = new int[pieces.size()];
    isByte = new boolean[pieces.size()];
    for (int id = 0; id < pieces.size(); id++) {
      isByte[id] = pieces.get(id).type() == PieceType.BYTE;
      pieceLengths[id] = isByte[id] ? 1 : utf8(pieces.get(id).text()).length;
    }
    this.unk = model.unkId();
    this.nativeModel = NativeModel.load(model.toCheckedBytes(), model.source());
  }

  /**
   * Loads a {@code .model} file.
   *
   * @throws TokenizerFormatException if the file is damaged
   * @throws IllegalStateException if the SentencePiece library is not there or does not run here
   */
  public static SentencePieceTokenizer load(Path file) throws IOException {
    return of(SentencePieceModel.read(file));
  }

  /**
   * Loads a model that was read before.
   *
   * @throws TokenizerFormatException if the library cannot run the model, or not safely
   * @throws IllegalStateException if the SentencePiece library is not there or does not run here
   */
  public static SentencePieceTokenizer of(SentencePieceModel model)
      throws TokenizerFormatException {
    List<Piece> pieces = model.pieces();
    for (int id = 0; id < pieces.size(); id++) {
      int length = utf8(pieces.get(id).text()).length;
      if (length > MAX_PIECE_BYTES) {
        throw new TokenizerFormatException(
            model.source(),
            "piece " + id,
            "has " + length + " bytes, SentencePiece runs safely with " + MAX_PIECE_BYTES);
      }
    }
    List<String> userDefined =
        pieces.stream()
            .filter(piece -> piece.type() == PieceType.USER_DEFINED)
            .map(Piece::text)
            .toList();
    ModelNormalizer normalizer;
    try {
      normalizer =
          new ModelNormalizer(model.normalization(), model.hasWhitespaceAsSuffix(), userDefined);
      if (model.denormalization().isPresent()) {
        new ModelNormalizer(model.denormalization().get(), false, List.of());
      }
    } catch (IllegalArgumentException e) {
      throw new TokenizerFormatException(
          model.source(), "normalizer", String.valueOf(e.getMessage()), e);
    }
    return new SentencePieceTokenizer(model, normalizer);
  }

  /** Returns the model. */
  public SentencePieceModel model() {
    return model;
  }

  @Override
  public int vocabularySize() {
    return pieceLengths.length;
  }

  @Override
  public SpecialTokens specialTokens() {
    return specialTokens;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The unknown piece gives its surface, usually {@code " ⁇ "}.
   */
  @Override
  public byte[] pieceBytes(int id) {
    return decoder.pieceBytes(id);
  }

  @Override
  public OptionalInt idOf(byte[] piece) {
    return decoder.idOf(piece);
  }

  @Override
  public void encode(CharSequence text, EncodeOptions options, IdBuffer out) {
    String scalars = scalars(text);
    addBos(options, out);
    for (Segment segment : controlTokens.cut(scalars, options.specialTokens())) {
      if (segment.id() >= 0) {
        out.add(segment.id());
      } else {
        int[] ids = nativeModel.encode(scalars.substring(segment.start(), segment.end()));
        out.add(ids, 0, ids.length);
      }
    }
    addEos(options, out);
  }

  @Override
  public void encodeUtf8(byte[] utf8, int from, int to, EncodeOptions options, IdBuffer out) {
    Objects.checkFromToIndex(from, to, utf8.length);
    if (to - from > 3 * MAX_TEXT_CHARS) { // one char takes three bytes at most
      throw tooLong(to - from + " bytes");
    }
    RawBytes raw = new RawBytes(utf8, from, to);
    if (raw.count() == 0 || !model.hasByteFallback()) {
      encode(raw.textWith(0xFFFD), options, out);
      return;
    }
    int standIn = raw.unusedCharacter(model.pieces());
    String text = raw.textWith(standIn);
    requireLength(text);
    IdBuffer ids = new IdBuffer(text.length());
    int restored = 0;
    for (Segment segment : controlTokens.cut(text, options.specialTokens())) {
      if (segment.id() >= 0) {
        ids.add(segment.id());
      } else {
        String part = text.substring(segment.start(), segment.end());
        restored = encodeWithRawBytes(part, Character.toString(standIn), raw, restored, ids);
      }
    }
    if (restored < raw.count()) {
      encode(raw.textWith(0xFFFD), options, out); // the model's rules rewrite the stand-in
      return;
    }
    addBos(options, out);
    out.add(ids.array(), 0, ids.size());
    addEos(options, out);
  }

  /**
   * Appends the ids of {@code text}, but for every stand-in, which byte pieces spell, the piece of
   * the raw byte it stands for.
   *
   * @return the number of raw bytes that are done with after this
   */
  private int encodeWithRawBytes(
      String text, String standIn, RawBytes raw, int firstRaw, IdBuffer out) {
    byte[] standInUtf8 = utf8(standIn);
    ModelNormalizer.Result normalized = normalizer.normalize(utf8(text));
    int[] ids = nativeModel.encode(text);
    int next = firstRaw;
    int position = 0;
    for (int i = 0; i < ids.length; i++) {
      if (isByte[ids[i]] && normalized.contains(standInUtf8, position)) {
        out.add(decoder.byteId(raw.value(next++)));
        i += standInUtf8.length - 1;
        position += standInUtf8.length;
      } else {
        out.add(ids[i]);
        position += pieceLengths[ids[i]];
      }
    }
    return next;
  }

  @Override
  public Encoding encodeWithOffsets(CharSequence text, EncodeOptions options) {
    String scalars = scalars(text);
    IdBuffer ids = new IdBuffer();
    IdBuffer starts = new IdBuffer();
    IdBuffer ends = new IdBuffer();
    addBos(options, ids);
    if (options.addBos()) {
      starts.add(0);
      ends.add(0);
    }
    for (Segment segment : controlTokens.cut(scalars, options.specialTokens())) {
      if (segment.id() >= 0) {
        ids.add(segment.id());
        starts.add(segment.start());
        ends.add(segment.end());
      } else {
        String part = scalars.substring(segment.start(), segment.end());
        int[] partIds = nativeModel.encode(part);
        ids.add(partIds, 0, partIds.length);
        addOffsets(part, partIds, segment.start(), starts, ends);
      }
    }
    addEos(options, ids);
    if (options.addEos()) {
      starts.add(scalars.length());
      ends.add(scalars.length());
    }
    return new Encoding(ids.toArray(), starts.toArray(), ends.toArray());
  }

  /** The pieces follow each other in the normalised text, which knows where it came from. */
  private void addOffsets(String text, int[] ids, int origin, IdBuffer starts, IdBuffer ends) {
    byte[] utf8 = utf8(text);
    int[] charIndexes = charIndexes(text, utf8.length);
    ModelNormalizer.Result normalized = normalizer.normalize(utf8);
    String[] texts = {};
    int position = 0;
    for (int i = 0; i < ids.length; i++) {
      int length = pieceLengths[ids[i]];
      if (ids[i] == unk) {
        if (texts.length == 0) {
          texts = nativeModel.tokenize(text);
        }
        length = utf8(texts[i]).length;
      }
      int last = position + length - 1;
      if (last >= normalized.length()) {
        throw misaligned();
      }
      starts.add(origin + charIndexes[normalized.start(position)]);
      ends.add(origin + charIndexes[normalized.end(last)]);
      position += length;
    }
    if (position != normalized.length()) {
      throw misaligned();
    }
  }

  private static IllegalStateException misaligned() {
    return new IllegalStateException("SentencePiece's pieces do not add up to the normalised text");
  }

  /** For every byte of the UTF-8 and its end, the index of its character. */
  private static int[] charIndexes(String text, int length) {
    int[] indexes = new int[length + 1];
    int at = 0;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      int bytes = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      for (int b = 0; b < bytes; b++) {
        indexes[at++] = i;
      }
      i += Character.charCount(codePoint);
    }
    indexes[at] = text.length();
    return indexes;
  }

  @Override
  public byte[] decodeBytes(int[] ids, int from, int to, DecodeOptions options) {
    Objects.checkFromToIndex(from, to, ids.length);
    return decoder.decode(ids, from, to, options.skipSpecialTokens());
  }

  /** Frees the model. Encoding fails from then on; decoding still works. */
  @Override
  public void close() {
    nativeModel.close();
  }

  private void addBos(EncodeOptions options, IdBuffer out) {
    if (options.addBos()) {
      out.add(specialTokens.bos().orElseThrow(() -> missing("BOS")));
    }
  }

  private void addEos(EncodeOptions options, IdBuffer out) {
    if (options.addEos()) {
      out.add(specialTokens.eos().orElseThrow(() -> missing("EOS")));
    }
  }

  private static IllegalArgumentException missing(String name) {
    return new IllegalArgumentException(name + " is asked for, but the model has no " + name);
  }

  private static SpecialTokens specialTokens(SentencePieceModel model) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (int id = 0; id < model.pieces().size(); id++) {
      if (model.pieces().get(id).type() == PieceType.CONTROL) {
        ids.put(model.pieces().get(id).text(), id);
      }
    }
    return new SpecialTokens(
        ids, model.bosId(), model.eosId(), model.padId(), OptionalInt.of(model.unkId()));
  }

  /** Returns {@code text} with unpaired surrogates, of which the binding makes "?", as U+FFFD. */
  private static String scalars(CharSequence text) {
    requireLength(text);
    StringBuilder copy = new StringBuilder(text);
    for (int i = 0; i < copy.length(); i++) {
      char c = copy.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < copy.length()
          && Character.isLowSurrogate(copy.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        copy.setCharAt(i, '\uFFFD');
      }
    }
    return copy.toString();
  }

  private static void requireLength(CharSequence text) {
    if (text.length() > MAX_TEXT_CHARS) {
      throw tooLong(text.length() + " characters");
    }
  }

  private static IllegalArgumentException tooLong(String length) {
    return new IllegalArgumentException(
        "the text has "
            + length
            + ", SentencePiece takes at most "
            + MAX_TEXT_CHARS
            + " characters at a time: encode it in parts");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
