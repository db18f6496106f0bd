package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.format.SentencePieceModel.Algorithm;
import io.github.maque.tokenizer.format.SentencePieceModel.Normalization;
import io.github.maque.tokenizer.format.SentencePieceModel.Piece;
import io.github.maque.tokenizer.format.SentencePieceModel.PieceType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes a tokenizer of ours from a SentencePiece BPE model.
 *
 * <p>SentencePiece merges any two neighbours that together spell a piece, those of highest score
 * first, of equal ones the leftmost: that is what ranked pieces do. What it does beyond that is
 * either expressed exactly or refused.
 */
final class SentencePieceToBpe {
  private final SentencePieceModel model;
  private final List<Piece> pieces;

  /** The pieces found in text, by what they spell. */
  private final Map<String, Piece> inText = new HashMap<>();

  SentencePieceToBpe(SentencePieceModel model) {
    this.model = model;
    this.pieces = model.pieces();
  }

  BpeTokenizer convert() throws TokenizerFormatException {
    if (model.algorithm() != Algorithm.BPE) {
      throw unsupported("trainer_spec.model_type", "it is " + model.algorithm() + ", not BPE");
    }
    for (Piece piece : pieces) {
      if (isInText(piece)) {
        inText.put(piece.text(), piece);
      }
    }
    checkPieces();
    List<AddedToken> addedTokens = new ArrayList<>();
    for (int id = 0; id < pieces.size(); id++) {
      String text = pieces.get(id).text();
      switch (pieces.get(id).type()) {
        case CONTROL, UNKNOWN -> addedTokens.add(AddedToken.special(id, text));
        case USER_DEFINED ->
            addedTokens.add(new AddedToken(id, text, false, true, false, false, false));
        case NORMAL, UNUSED, BYTE -> {}
      }
    }
    Normalization rules = model.normalization();
    try {
      BpeTokenizer.Builder builder =
          BpeTokenizer.builder(vocabulary())
              .normalizer(normalizer(rules))
              .addedTokens(addedTokens)
              .decodesMetaspace(true)
              .stripsLeadingSpace(rules.addsDummyPrefix() || rules.removesExtraWhitespace());
      model.bosId().ifPresent(builder::bos);
      model.eosId().ifPresent(builder::eos);
      model.padId().ifPresent(builder::pad);
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new TokenizerFormatException(
          model.source(), "pieces", String.valueOf(e.getMessage()), e);
    }
  }

  private Normalizer normalizer(Normalization rules) throws TokenizerFormatException {
    if (!rules.isIdentity()) {
      throw unsupported("normalizer_spec", "it has rules (" + Excerpt.of(rules.name()) + ")");
    }
    if (model.hasWhitespaceAsSuffix()) {
      throw unsupported("trainer_spec.treat_whitespace_as_suffix", "it is on");
    }
    if (!rules.escapesWhitespace()) {
      throw unsupported("normalizer_spec.escape_whitespaces", "it is off");
    }
    boolean userDefined = pieces.stream().anyMatch(p -> p.type() == PieceType.USER_DEFINED);
    if (userDefined && (rules.addsDummyPrefix() || rules.removesExtraWhitespace())) {
      // Here every stretch between user-defined pieces would get a prefix, there the text as a
      // whole.
      throw unsupported("normalizer_spec", "it changes white space beside user-defined pieces");
    }
    return new MetaspaceRules(rules.addsDummyPrefix(), rules.removesExtraWhitespace()).normalizer();
  }

  private BpeVocabulary vocabulary() throws TokenizerFormatException {
    BpeVocabulary.Builder builder =
        BpeVocabulary.characterLevel().byteFallback(model.hasByteFallback()).fuseUnk(true);
    Map<Float, Integer> rankOfScore = rankOfScore();
    int[] ranks = new int[pieces.size()];
    Arrays.fill(ranks, -1);
    long sumOfSquaredLengths = 0;
    for (int id = 0; id < ranks.length; id++) {
      Piece piece = pieces.get(id);
      byte[] utf8 = piece.text().getBytes(StandardCharsets.UTF_8);
      sumOfSquaredLengths += (long) utf8.length * utf8.length;
      switch (piece.type()) {
        case NORMAL -> {
          builder.piece(id, utf8);
          if (!isOneCharacter(piece.text())) {
            ranks[id] = rankOfScore.getOrDefault(piece.score() + 0.0f, -1);
          }
        }
        case UNUSED -> {
          // One character alone comes out although it is unused; more never come about.
          if (isOneCharacter(piece.text())) {
            builder.piece(id, utf8);
          } else {
            builder.decodeOnlyPiece(id, utf8);
          }
        }
        case BYTE -> builder.bytePiece(id, BytePieces.value(piece.text()));
        case UNKNOWN, CONTROL, USER_DEFINED -> builder.decodeOnlyPiece(id, utf8);
      }
    }
    MergeOrder.requireBounded(sumOfSquaredLengths);
    return builder.ranks(ranks).unk(model.unkId()).build();
  }

  /**
   * The place of every score among those of pieces that can merge; highest first, equal ones alike.
   */
  private Map<Float, Integer> rankOfScore() {
    Map<Float, Integer> ranks = new TreeMap<>(Comparator.reverseOrder());
    for (Piece piece : pieces) {
      if (piece.type() == PieceType.NORMAL && !isOneCharacter(piece.text())) {
        ranks.put(piece.score() + 0.0f, 0); // -0 becomes 0, which the library takes for the same
      }
    }
    int next = 0;
    for (Map.Entry<Float, Integer> entry : ranks.entrySet()) {
      entry.setValue(next++);
    }
    return ranks;
  }

  private void checkPieces() throws TokenizerFormatException {
    for (int id = 0; id < pieces.size(); id++) {
      Piece piece = pieces.get(id);
      String text = piece.text();
      switch (piece.type()) {
        case CONTROL -> {
          // The library looks names up first, so this one would be found in text after all.
          if (isOneCharacter(text) || inText.containsKey(text)) {
            throw unsupported(id, "is a control piece that text can spell");
          }
        }
        case UNKNOWN -> {
          if (inText.containsKey(text)) {
            throw unsupported(id, "is the unknown piece and an ordinary one");
          }
        }
        case USER_DEFINED -> {
          if (text.indexOf(' ') >= 0) {
            throw unsupported(id, "is user-defined with a space in it");
          }
        }
        case UNUSED -> {
          if (!isOneCharacter(text) && canMerge(text, false)) {
            throw unsupported(id, "is unused, but takes part in merging");
          }
        }
        case NORMAL -> {
          if (!isOneCharacter(text) && canMerge(text, true)) {
            throw unsupported(id, "merges from characters that are no pieces");
          }
        }
        case BYTE -> {
          if (inText.containsKey(text)) {
            throw unsupported(id, "is a byte and an ordinary piece");
          }
        }
      }
    }
  }

  /**
   * Returns whether two neighbours may spell {@code text}: pieces or, as the library merges
   * strings, characters that are none.
   *
   * @param onlyUnknown whether at least one of the two must not be a piece
   */
  private boolean canMerge(String text, boolean onlyUnknown) {
    for (int cut = 0; (cut = text.offsetByCodePoints(cut, 1)) < text.length(); ) {
      String left = text.substring(0, cut);
      String right = text.substring(cut);
      boolean leftKnown = inText.containsKey(left);
      boolean rightKnown = inText.containsKey(right);
      if ((leftKnown || isOneCharacter(left))
          && (rightKnown || isOneCharacter(right))
          && !(onlyUnknown && leftKnown && rightKnown)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isInText(Piece piece) {
    return switch (piece.type()) {
      case NORMAL, USER_DEFINED, UNUSED -> true;
      case UNKNOWN, CONTROL, BYTE -> false;
    };
  }

  private static boolean isOneCharacter(String text) {
    return text.codePointCount(0, text.length()) == 1;
  }

  private TokenizerFormatException unsupported(int id, String problem) {
    return unsupported("piece " + id + " \"" + Excerpt.of(pieces.get(id).text()) + "\"", problem);
  }

  private TokenizerFormatException unsupported(String place, String problem) {
    return new TokenizerFormatException(
        model.source(),
        place,
        problem + ", which only SentencePiece itself can do (SentencePieceTokenizer)");
  }
}
