package io.github.maque.examples.cli;

import io.github.maque.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the pieces of a vocabulary are like, special tokens aside. */
final class VocabularyFigures {
  private static final int SHOWN = 12;

  private final List<Piece> pieces = new ArrayList<>();

  VocabularyFigures(Tokenizer tokenizer) {
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      if (!tokenizer.specialTokens().contains(id)) {
        pieces.add(new Piece(tokenizer.pieceBytes(id)));
      }
    }
  }

  /** Returns which part of the pieces is made of Han characters. */
  double hanShare() {
    return (double) pieces.stream().filter(Piece::isHan).count() / pieces.size();
  }

  /** Returns how many pieces are not whole characters. */
  long partsOfCharacters() {
    return pieces.stream().filter(piece -> piece.characters() < 0).count();
  }

  /** Returns how many pieces have 1, 2, 3… characters. */
  Map<Integer, Long> countsByLength() {
    Map<Integer, Long> counts = new TreeMap<>();
    for (Piece piece : pieces) {
      if (piece.characters() > 0) {
        counts.merge(piece.characters(), 1L, Long::sum);
      }
    }
    return counts;
  }

  /** Returns some of the pieces with the most characters. */
  List<Piece> longest() {
    return pieces.stream()
        .sorted(Comparator.comparingInt(Piece::characters).reversed())
        .limit(SHOWN)
        .toList();
  }
}
