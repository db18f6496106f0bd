package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.format.SentencePieceModel.Algorithm;
import io.github.maque.tokenizer.format.SentencePieceModel.Normalization;
import io.github.maque.tokenizer.format.SentencePieceModel.Piece;
import io.github.maque.tokenizer.format.SentencePieceModel.PieceType;
import io.github.maque.tokenizer.format.SentencePieceModel.Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code ModelProto} and checks it. Field numbers are those of sentencepiece_model.proto. */
final class SentencePieceModelReader {
  static final int MAX_FILE_BYTES = 1 << 28;

  /** Far above what training makes (16 characters) or anyone defines by hand. */
  private static final int MAX_PIECE_BYTES = 1 << 16;

  private final String source;
  private final List<Piece> pieces = new ArrayList<>();
  private final ProtobufWriter otherModelFields = new ProtobufWriter();
  private final ProtobufWriter otherTrainerFields = new ProtobufWriter();

  private Algorithm algorithm = Algorithm.UNIGRAM;
  private boolean byteFallback;
  private boolean whitespaceAsSuffix;
  private String unkPiece = "<unk>";
  private String bosPiece = "<s>";
  private String eosPiece = "</s>";
  private String padPiece = "<pad>";
  private String unkSurface = " ⁇ ";
  private final Rules normalizer = new Rules();
  private @Nullable Rules denormalizer;

  SentencePieceModelReader(String source) {
    this.source = source;
  }

  /** The fields of a {@code NormalizerSpec}, which may come in several parts. */
  private static final class Rules {
    private String name = "";
    private byte[] charsMap = {};
    private boolean addDummyPrefix = true;
    private boolean removeExtraWhitespaces = true;
    private boolean escapeWhitespaces = true;

    Normalization toNormalization() {
      return new Normalization(
          name, charsMap, addDummyPrefix, removeExtraWhitespaces, escapeWhitespaces);
    }
  }

  SentencePieceModel read(byte[] bytes) throws TokenizerFormatException {
    ProtobufReader model = new ProtobufReader(source, bytes);
    for (int field; (field = model.nextField()) != 0; ) {
      switch (field) {
        case 1 -> addPiece(model.fieldOffset(), model.message());
        case 2 -> readTrainerSpec(model.message());
        case 3 -> readRules(model.message(), normalizer);
        case 5 -> {
          if (denormalizer == null) {
            denormalizer = new Rules();
          }
          readRules(model.message(), denormalizer);
        }
        default -> model.keepUnknown(otherModelFields);
      }
    }
    checkPieces();
    Normalization denormalization = denormalizer == null ? null : denormalizer.toNormalization();
    return new SentencePieceModel(
        source,
        pieces,
        new Settings(
            algorithm,
            byteFallback,
            whitespaceAsSuffix,
            unkPiece,
            bosPiece,
            eosPiece,
            padPiece,
            unkSurface,
            normalizer.toNormalization(),
            Optional.ofNullable(denormalization),
            otherModelFields.toByteArray(),
            otherTrainerFields.toByteArray()));
  }

  private void addPiece(int offset, ProtobufReader message) throws TokenizerFormatException {
    String text = "";
    float score = 0;
    PieceType type = PieceType.NORMAL;
    for (int field; (field = message.nextField()) != 0; ) {
      switch (field) {
        case 1 -> text = message.string();
        case 2 -> score = message.float32();
        case 3 -> type = pieceType(message);
        default -> message.skip();
      }
    }
    int id = pieces.size();
    if (id == BpeVocabulary.MAX_SIZE) {
      throw message.error(offset, "there are more than " + BpeVocabulary.MAX_SIZE + " pieces");
    }
    if (text.isEmpty()) {
      throw message.error(offset, "piece " + id + " is empty");
    }
    if (text.indexOf('\0') >= 0) {
      throw message.error(offset, "piece " + id + " contains a NUL character");
    }
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PIECE_BYTES) {
      throw message.error(
          offset,
          "piece " + id + " has " + length + " bytes, more than the limit of " + MAX_PIECE_BYTES);
    }
    if (!Float.isFinite(score)) {
      throw message.error(offset, "the score of piece " + id + " is " + score);
    }
    pieces.add(new Piece(text, score, type));
  }

  private static PieceType pieceType(ProtobufReader message) throws TokenizerFormatException {
    int value = message.int32();
    return switch (value) {
      case 1 -> PieceType.NORMAL;
      case 2 -> PieceType.UNKNOWN;
      case 3 -> PieceType.CONTROL;
      case 4 -> PieceType.USER_DEFINED;
      case 5 -> PieceType.UNUSED;
      case 6 -> PieceType.BYTE;
      default ->
          throw message.error(message.fieldOffset(), "piece type " + value + " does not exist");
    };
  }

  private void readTrainerSpec(ProtobufReader message) throws TokenizerFormatException {
    for (int field; (field = message.nextField()) != 0; ) {
      switch (field) {
        case 3 -> algorithm = algorithm(message);
        case 24 -> whitespaceAsSuffix = message.bool();
        case 35 -> byteFallback = message.bool();
        case 44 -> unkSurface = message.string();
        case 45 -> unkPiece = nonEmpty(message.string(), "<unk>");
        case 46 -> bosPiece = nonEmpty(message.string(), "<s>");
        case 47 -> eosPiece = nonEmpty(message.string(), "</s>");
        case 48 -> padPiece = nonEmpty(message.string(), "<pad>");
        default -> message.keepUnknown(otherTrainerFields);
      }
    }
  }

  private static Algorithm algorithm(ProtobufReader message) throws TokenizerFormatException {
    int value = message.int32();
    return switch (value) {
      case 1 -> Algorithm.UNIGRAM;
      case 2 -> Algorithm.BPE;
      case 3 -> Algorithm.WORD;
      case 4 -> Algorithm.CHARACTER;
      default ->
          throw message.error(message.fieldOffset(), "model type " + value + " does not exist");
    };
  }

  private static String nonEmpty(String text, String otherwise) {
    return text.isEmpty() ? otherwise : text;
  }

  private static void readRules(ProtobufReader message, Rules rules)
      throws TokenizerFormatException {
    for (int field; (field = message.nextField()) != 0; ) {
      switch (field) {
        case 1 -> rules.name = message.string();
        case 2 -> rules.charsMap = message.bytes();
        case 3 -> rules.addDummyPrefix = message.bool();
        case 4 -> rules.removeExtraWhitespaces = message.bool();
        case 5 -> rules.escapeWhitespaces = message.bool();
        default -> message.skip(); // the source of the rules, which the compiled form replaces
      }
    }
  }

  private void checkPieces() throws TokenizerFormatException {
    if (pieces.isEmpty()) {
      throw new TokenizerFormatException(source, "pieces", "the model has none");
    }
    // Text is looked up among the first kind of pieces, names among the second.
    Map<String, Integer> found = new HashMap<>();
    Map<String, Integer> reserved = new HashMap<>();
    BitSet bytes = new BitSet(256);
    int unk = -1;
    for (int id = 0; id < pieces.size(); id++) {
      Piece piece = pieces.get(id);
      boolean inText =
          switch (piece.type()) {
            case NORMAL, USER_DEFINED, UNUSED -> true;
            case UNKNOWN, CONTROL, BYTE -> false;
          };
      Integer same = (inText ? found : reserved).put(piece.text(), id);
      if (same != null) {
        throw error(id, "is the same as piece " + same);
      }
      if (piece.type() == PieceType.UNKNOWN) {
        if (unk >= 0) {
          throw error(id, "is a second unknown piece beside piece " + unk);
        }
        unk = id;
      }
      if (piece.type() == PieceType.BYTE) {
        int value = BytePieces.value(piece.text());
        if (!byteFallback || value < 0) {
          throw error(
              id,
              byteFallback ? "is not a byte like <0x0A>" : "is a byte, but byte_fallback is off");
        }
        bytes.set(value);
      }
    }
    if (unk < 0) {
      throw new TokenizerFormatException(source, "pieces", "none of them is the unknown piece");
    }
    if (byteFallback && bytes.cardinality() < 256) {
      throw new TokenizerFormatException(
          source,
          "pieces",
          "byte_fallback is on, but there is no piece " + BytePieces.name(bytes.nextClearBit(0)));
    }
  }

  private TokenizerFormatException error(int id, String problem) {
    return new TokenizerFormatException(
        source, "piece " + id + " \"" + Excerpt.of(pieces.get(id).text()) + "\"", problem);
  }
}
