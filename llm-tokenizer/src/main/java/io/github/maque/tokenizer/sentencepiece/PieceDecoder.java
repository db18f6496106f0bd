package io.github.maque.tokenizer.sentencepiece;

import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.SentencePieceModel.Normalization;
import io.github.maque.tokenizer.format.SentencePieceModel.Piece;
import io.github.maque.tokenizer.format.SentencePieceModel.PieceType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Puts text together from pieces, as the SentencePiece library does. Immutable. */
final class PieceDecoder {
  private final byte[][] bytes;
  private final PieceType[] types;
  private final boolean[] startsWithMetaspace;
  private final Map<ByteBuffer, Integer> ids = new HashMap<>();
  private final int[] byteIds = new int[256];
  private final boolean dropsFirstSpace;
  private final boolean dropsAllFirstSpaces;
  private final @Nullable ModelNormalizer denormalizer;

  PieceDecoder(SentencePieceModel model) {
    List<Piece> pieces = model.pieces();
    bytes = new byte[pieces.size()][];
    types = new PieceType[pieces.size()];
    startsWithMetaspace = new boolean[pieces.size()];
    Arrays.fill(byteIds, -1);
    for (int id = 0; id < bytes.length; id++) {
      Piece piece = pieces.get(id);
      types[id] = piece.type();
      bytes[id] =
          switch (piece.type()) {
            case BYTE -> new byte[] {(byte) Integer.parseInt(piece.text().substring(3, 5), 16)};
            case UNKNOWN -> utf8(untilNul(model.unkSurface()));
            case CONTROL -> utf8(piece.text());
            case NORMAL, USER_DEFINED, UNUSED -> utf8(piece.text().replace('▁', ' '));
          };
      startsWithMetaspace[id] =
          piece.text().startsWith("▁")
              && piece.type() != PieceType.UNKNOWN
              && piece.type() != PieceType.CONTROL;
      if (piece.type() == PieceType.BYTE) {
        byteIds[bytes[id][0] & 0xFF] = id;
      } else if (piece.type() != PieceType.UNKNOWN) {
        ids.putIfAbsent(ByteBuffer.wrap(bytes[id]), id);
      }
    }
    Normalization normalization = model.normalization();
    dropsFirstSpace = normalization.addsDummyPrefix() || normalization.removesExtraWhitespace();
    dropsAllFirstSpaces = normalization.removesExtraWhitespace();
    denormalizer =
        model
            .denormalization()
            .filter(rules -> !rules.isIdentity())
            .map(rules -> new ModelNormalizer(rules, false, List.of()))
            .orElse(null);
  }

  /** The id of the piece for one byte, or -1. */
  int byteId(int value) {
    return byteIds[value & 0xFF];
  }

  byte[] pieceBytes(int id) {
    return bytes[check(id)].clone();
  }

  OptionalInt idOf(byte[] piece) {
    Integer id = ids.get(ByteBuffer.wrap(piece));
    if (id == null && piece.length == 1 && byteIds[piece[0] & 0xFF] >= 0) {
      id = byteIds[piece[0] & 0xFF];
    }
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  byte[] decode(int[] sequence, int from, int to, boolean skipControl) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean atStart = true;
    for (int i = from; i < to; i++) {
      int id = check(sequence[i]);
      if (types[id] == PieceType.CONTROL) {
        if (!skipControl) {
          flush(text, out);
          out.writeBytes(bytes[id]);
        }
        continue;
      }
      byte[] piece = bytes[id];
      // Normalisation has put a space there that the text did not begin with, or taken away its
      // own.
      boolean drop = atStart && dropsFirstSpace && startsWithMetaspace[id];
      text.write(piece, drop ? 1 : 0, drop ? piece.length - 1 : piece.length);
      boolean nothingYet = drop ? piece.length == 1 : piece.length == 0;
      atStart = atStart && nothingYet && (!drop || dropsAllFirstSpaces);
    }
    flush(text, out);
    return out.toByteArray();
  }

  private void flush(ByteArrayOutputStream text, ByteArrayOutputStream out) {
    byte[] part = text.toByteArray();
    text.reset();
    out.writeBytes(denormalizer == null ? part : denormalizer.normalize(part).toByteArray());
  }

  private int check(int id) {
    if (id < 0 || id >= bytes.length) {
      throw new IllegalArgumentException(
          "token id must be in 0…" + (bytes.length - 1) + ", got " + id);
    }
    return id;
  }

  /** The library passes it on as a C string. */
  private static String untilNul(String text) {
    int nul = text.indexOf('\0');
    return nul < 0 ? text : text.substring(0, nul);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
