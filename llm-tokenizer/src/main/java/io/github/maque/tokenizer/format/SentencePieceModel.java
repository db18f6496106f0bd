package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.bpe.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A SentencePiece {@code .model} file: its pieces and the settings that decide ids and decoded text
 * (message {@code ModelProto} of {@code sentencepiece_model.proto}). Immutable.
 *
 * <pre>{@code
 * BpeTokenizer tokenizer = SentencePieceModel.read(Path.of("tokenizer.model")).toTokenizer();
 * }</pre>
 *
 * <p>Reading checks all that the SentencePiece library demands of a model, so that a model that was
 * read can be handed to it. Settings that only matter for training are kept and written again.
 */
public final class SentencePieceModel {
  /** What SentencePiece writes for a space. */
  static final char METASPACE = '▁';

  private final String source;
  private final List<Piece> pieces;
  private final Settings settings;

  SentencePieceModel(String source, List<Piece> pieces, Settings settings) {
    this.source = source;
    this.pieces = List.copyOf(pieces);
    this.settings = settings;
  }

  /** How a model cuts text into pieces. */
  public enum Algorithm {
    /** The most probable segmentation (Kudo, 2018). */
    UNIGRAM,
    /** Byte-pair encoding over characters, pieces of higher score first. */
    BPE,
    /** Whole words. */
    WORD,
    /** Single characters. */
    CHARACTER
  }

  /** What a piece is for. */
  public enum PieceType {
    /** Made by training. */
    NORMAL,
    /** Stands for everything that no piece spells. */
    UNKNOWN,
    /** Never found in text, only added by hand: {@code <s>}, {@code </s>}. */
    CONTROL,
    /** Always found in text, as a whole. */
    USER_DEFINED,
    /** Part of merging, but never a result. */
    UNUSED,
    /** One byte of a character that no piece spells. */
    BYTE
  }

  /**
   * One entry of the vocabulary; its id is its place in the list.
   *
   * @param text what it spells, spaces as {@code ▁}
   * @param score its preference, higher first, or its log probability
   * @param type what it is for
   */
  public record Piece(String text, float score, PieceType type) {}

  /**
   * How a text is changed before it is cut, or after it was put together again.
   *
   * @param name the name training knew the rules by
   * @param charsMap the rules in the library's compiled form, empty if there are none
   * @param addsDummyPrefix whether a space is put in front of the text
   * @param removesExtraWhitespace whether spaces at the ends are dropped and runs of them become
   *     one
   * @param escapesWhitespace whether spaces become {@code ▁}
   */
  public record Normalization(
      String name,
      byte[] charsMap,
      boolean addsDummyPrefix,
      boolean removesExtraWhitespace,
      boolean escapesWhitespace) {

    /** Copies the rules. */
    public Normalization {
      charsMap = charsMap.clone();
    }

    @Override
    public byte[] charsMap() {
      return charsMap.clone();
    }

    /** Returns whether there are no rules, so that at most white space changes. */
    public boolean isIdentity() {
      return charsMap.length == 0;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Normalization that
          && name.equals(that.name)
          && Arrays.equals(charsMap, that.charsMap)
          && addsDummyPrefix == that.addsDummyPrefix
          && removesExtraWhitespace == that.removesExtraWhitespace
          && escapesWhitespace == that.escapesWhitespace;
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(charsMap);
    }
  }

  /** Everything but the pieces; the byte arrays are encoded fields that only training reads. */
  record Settings(
      Algorithm algorithm,
      boolean byteFallback,
      boolean whitespaceAsSuffix,
      String unkPiece,
      String bosPiece,
      String eosPiece,
      String padPiece,
      String unkSurface,
      Normalization normalization,
      Optional<Normalization> denormalization,
      byte[] otherModelFields,
      byte[] otherTrainerFields) {}

  /**
   * Reads a model file.
   *
   * @throws TokenizerFormatException if the file is damaged or the library would refuse it
   */
  public static SentencePieceModel read(Path file) throws IOException {
    return read(FileBytes.read(file, SentencePieceModelReader.MAX_FILE_BYTES), file.toString());
  }

  /**
   * Reads a model from memory.
   *
   * @param bytes the content of a model file
   * @param source what to call it in errors
   * @throws TokenizerFormatException if the content is damaged or the library would refuse it
   */
  public static SentencePieceModel read(byte[] bytes, String source)
      throws TokenizerFormatException {
    return new SentencePieceModelReader(source).read(bytes);
  }

  /**
   * Returns a model with which SentencePiece gives the same ids as {@code tokenizer} with special
   * tokens being text.
   *
   * @throws IllegalArgumentException if there is none, for a reason that the message gives:
   *     SentencePiece knows no pre-tokenizers, merges any two neighbours that spell a piece, and
   *     normalises in its own way
   */
  public static SentencePieceModel of(BpeTokenizer tokenizer) {
    return new BpeToSentencePiece(tokenizer).convert();
  }

  /**
   * Returns a tokenizer in pure Java that gives the same ids as SentencePiece.
   *
   * @throws TokenizerFormatException if this model needs SentencePiece itself, for a reason that
   *     the message gives
   */
  public BpeTokenizer toTokenizer() throws TokenizerFormatException {
    return new SentencePieceToBpe(this).convert();
  }

  /** Writes the model to a file, which appears as a whole or not at all. */
  public void write(Path file) throws IOException {
    byte[] bytes = toBytes();
    AtomicFile.write(file, out -> out.write(bytes));
  }

  /** Returns the content of the model's file; equal models give equal bytes. */
  public byte[] toBytes() {
    return SentencePieceModelWriter.write(this, true);
  }

  /**
   * Returns the content of a model file with only what decides ids and decoded text. It holds
   * nothing that reading did not check.
   */
  public byte[] toCheckedBytes() {
    return SentencePieceModelWriter.write(this, false);
  }

  /**
   * Returns 64 hexadecimal digits that are the same for models which give the same ids and decode
   * them alike: the SHA-256 of {@link #toCheckedBytes}. (The fingerprint of the tokenizer that
   * {@link #toTokenizer} gives is another.)
   */
  public String fingerprint() {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(toCheckedBytes()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Returns the pieces in the order of their ids. */
  public List<Piece> pieces() {
    return pieces;
  }

  /** Returns how text is cut. */
  public Algorithm algorithm() {
    return settings.algorithm();
  }

  /** Returns whether characters without a piece are spelled by byte pieces. */
  public boolean hasByteFallback() {
    return settings.byteFallback();
  }

  /** Returns whether {@code ▁} ends words rather than beginning them. */
  public boolean hasWhitespaceAsSuffix() {
    return settings.whitespaceAsSuffix();
  }

  /** Returns how text is changed before it is cut. */
  public Normalization normalization() {
    return settings.normalization();
  }

  /** Returns how decoded text is changed, if it is. */
  public Optional<Normalization> denormalization() {
    return settings.denormalization();
  }

  /** Returns what the unknown piece decodes to. */
  public String unkSurface() {
    return settings.unkSurface();
  }

  /** Returns the id of the unknown piece; every model has exactly one. */
  public int unkId() {
    for (int id = 0; id < pieces.size(); id++) {
      if (pieces.get(id).type() == PieceType.UNKNOWN) {
        return id;
      }
    }
    throw new AssertionError("a model without an unknown piece passed the checks");
  }

  /** Returns the id that begins a document, if the model has one. */
  public OptionalInt bosId() {
    return controlId(settings.bosPiece());
  }

  /** Returns the id that ends a document, if the model has one. */
  public OptionalInt eosId() {
    return controlId(settings.eosPiece());
  }

  /** Returns the id that fills a batch, if the model has one. */
  public OptionalInt padId() {
    return controlId(settings.padPiece());
  }

  /** Returns what errors call this model. */
  public String source() {
    return source;
  }

  Settings settings() {
    return settings;
  }

  private OptionalInt controlId(String text) {
    for (int id = 0; id < pieces.size(); id++) {
      Piece piece = pieces.get(id);
      if (piece.type() == PieceType.CONTROL && piece.text().equals(text)) {
        return OptionalInt.of(id);
      }
    }
    return OptionalInt.empty();
  }
}
