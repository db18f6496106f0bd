package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.format.SentencePieceModel.Normalization;
import io.github.maque.tokenizer.format.SentencePieceModel.Piece;
import io.github.maque.tokenizer.format.SentencePieceModel.Settings;
import java.util.OptionalInt;

/** Writes {@code ModelProto}. Field numbers are those of sentencepiece_model.proto. */
final class SentencePieceModelWriter {
  private SentencePieceModelWriter() {}

  /**
   * Returns the encoded model.
   *
   * @param complete whether fields that only training reads are written too
   */
  static byte[] write(SentencePieceModel model, boolean complete) {
    Settings settings = model.settings();
    ProtobufWriter out = new ProtobufWriter();
    for (Piece piece : model.pieces()) {
      out.bytes(1, piece(piece));
    }
    out.bytes(2, trainerSpec(model, complete));
    out.bytes(3, rules(settings.normalization()));
    if (settings.denormalization().isPresent()) {
      out.bytes(5, rules(settings.denormalization().get()));
    }
    if (complete) {
      byte[] others = settings.otherModelFields();
      out.raw(others, 0, others.length);
    }
    return out.toByteArray();
  }

  private static byte[] piece(Piece piece) {
    ProtobufWriter out = new ProtobufWriter().string(1, piece.text()).float32(2, piece.score());
    int type =
        switch (piece.type()) {
          case NORMAL -> 1;
          case UNKNOWN -> 2;
          case CONTROL -> 3;
          case USER_DEFINED -> 4;
          case UNUSED -> 5;
          case BYTE -> 6;
        };
    if (type != 1) {
      out.int32(3, type);
    }
    return out.toByteArray();
  }

  private static byte[] trainerSpec(SentencePieceModel model, boolean complete) {
    Settings settings = model.settings();
    int algorithm =
        switch (settings.algorithm()) {
          case UNIGRAM -> 1;
          case BPE -> 2;
          case WORD -> 3;
          case CHARACTER -> 4;
        };
    ProtobufWriter out =
        new ProtobufWriter()
            .int32(3, algorithm)
            .bool(24, settings.whitespaceAsSuffix())
            .bool(35, settings.byteFallback())
            .string(44, settings.unkSurface())
            .string(45, settings.unkPiece())
            .string(46, settings.bosPiece())
            .string(47, settings.eosPiece())
            .string(48, settings.padPiece());
    byte[] others = settings.otherTrainerFields();
    if (complete && others.length > 0) {
      out.raw(others, 0, others.length);
    } else {
      // Of a model we made ourselves: what other readers look at instead of the pieces.
      out.int32(4, model.pieces().size())
          .int32(40, model.unkId())
          .int32(41, orNone(model.bosId()))
          .int32(42, orNone(model.eosId()))
          .int32(43, orNone(model.padId()));
    }
    return out.toByteArray();
  }

  private static int orNone(OptionalInt id) {
    return id.orElse(-1);
  }

  private static byte[] rules(Normalization rules) {
    ProtobufWriter out = new ProtobufWriter();
    if (!rules.name().isEmpty()) {
      out.string(1, rules.name());
    }
    return out.bytes(2, rules.charsMap())
        .bool(3, rules.addsDummyPrefix())
        .bool(4, rules.removesExtraWhitespace())
        .bool(5, rules.escapesWhitespace())
        .toByteArray();
  }
}
