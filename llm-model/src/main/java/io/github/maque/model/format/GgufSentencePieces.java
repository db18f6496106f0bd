package io.github.maque.model.format;

import io.github.maque.model.format.GgufVocabulary.TokenType;
import io.github.maque.tokenizer.format.SentencePieceModel;
import io.github.maque.tokenizer.format.SentencePieceModel.Algorithm;
import io.github.maque.tokenizer.format.SentencePieceModel.Piece;
import io.github.maque.tokenizer.format.SentencePieceModel.PieceType;
import java.util.HashSet;
import java.util.Set;

/** A SentencePiece BPE model as llama.cpp has it, {@code tokenizer.ggml.model} "llama". */
final class GgufSentencePieces {
  private final SentencePieceModel model;
  private final int size;

  /**
   * Creates the tokenizer.
   *
   * @param size how many tokens the file is to have, at least as many as the model
   */
  GgufSentencePieces(SentencePieceModel model, int size) {
    this.model = model;
    this.size = size;
  }

  /**
   * Writes the model.
   *
   * @throws IllegalArgumentException if llama.cpp would give other ids
   */
  void describe(GgufMetadata metadata) {
    check();
    GgufVocabulary tokens = new GgufVocabulary();
    // A model made of another tokenizer can have one piece more, for what is unknown.
    for (Piece piece : model.pieces().subList(0, Math.min(size, model.pieces().size()))) {
      tokens.add(piece.text(), type(piece.type()), piece.score());
    }
    while (tokens.size() < size) {
      tokens.addUnused();
    }
    metadata.string("tokenizer.ggml.model", "llama");
    metadata.string("tokenizer.ggml.pre", "default");
    tokens.describe(metadata, true);
    if (model.unkId() < size) {
      metadata.uint32("tokenizer.ggml.unknown_token_id", model.unkId());
    }
    metadata.bool("tokenizer.ggml.add_space_prefix", model.normalization().addsDummyPrefix());
  }

  private void check() {
    if (model.algorithm() != Algorithm.BPE) {
      throw refused("its algorithm is " + model.algorithm() + ", and only BPE is supported");
    }
    if (!model.normalization().isIdentity()) {
      throw refused("it normalises texts by rules of its own");
    }
    if (model.normalization().removesExtraWhitespace()) {
      throw refused("it drops spaces");
    }
    if (!model.normalization().escapesWhitespace() || model.hasWhitespaceAsSuffix()) {
      throw refused("it does not write spaces as ▁ in front of words");
    }
    // llama.cpp ends the program when it meets a character without pieces.
    Set<String> bytes = new HashSet<>();
    for (Piece piece : model.pieces()) {
      if (piece.type() == PieceType.BYTE) {
        bytes.add(piece.text());
      }
    }
    if (!model.hasByteFallback() || bytes.size() < 256) {
      throw refused("it has no pieces for the bytes of characters that it does not know");
    }
  }

  private static TokenType type(PieceType type) {
    return switch (type) {
      case NORMAL -> TokenType.NORMAL;
      case UNKNOWN -> TokenType.UNKNOWN;
      case CONTROL -> TokenType.CONTROL;
      case USER_DEFINED -> TokenType.USER_DEFINED;
      case UNUSED -> TokenType.UNUSED;
      case BYTE -> TokenType.BYTE;
    };
  }

  private static IllegalArgumentException refused(String reason) {
    return new IllegalArgumentException(
        "llama.cpp cannot express this SentencePiece model: " + reason);
  }
}
