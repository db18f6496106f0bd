package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.IdBuffer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.BpeVocabulary.Alphabet;
import io.github.maque.tokenizer.bpe.LiteralSplit;
import io.github.maque.tokenizer.bpe.PreTokenizer;
import io.github.maque.tokenizer.bpe.PreTokenizerSequence;
import io.github.maque.tokenizer.bpe.SplitBehavior;
import io.github.maque.tokenizer.format.SentencePieceModel.Algorithm;
import io.github.maque.tokenizer.format.SentencePieceModel.Normalization;
import io.github.maque.tokenizer.format.SentencePieceModel.Piece;
import io.github.maque.tokenizer.format.SentencePieceModel.PieceType;
import io.github.maque.tokenizer.format.SentencePieceModel.Settings;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a SentencePiece BPE model from a tokenizer of ours.
 *
 * <p>Scores can say what ranked pieces say, and listed merges where {@link MergeOrder} proves that
 * they amount to ranked pieces. What is left are the things that SentencePiece does always (it
 * merges characters that are no pieces, and UNK with its neighbour) or never (it has no
 * pre-tokenizer): each is shown to make no difference, or else refused.
 */
final class BpeToSentencePiece {
  private final BpeTokenizer tokenizer;
  private final BpeVocabulary vocabulary;
  private final Map<Integer, AddedToken> addedById = new HashMap<>();
  private final List<Piece> pieces = new ArrayList<>();

  BpeToSentencePiece(BpeTokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.vocabulary = tokenizer.vocabulary();
  }

  SentencePieceModel convert() {
    if (vocabulary.alphabet() != Alphabet.CHARACTERS) {
      throw refused("its pieces are bytes, and SentencePiece's are characters");
    }
    MetaspaceRules rules = MetaspaceRules.of(tokenizer.normalizer());
    if (rules == null || tokenizer.addsPrefixSpace()) {
      throw refused("its normaliser does not just write spaces as ▁, with or without one in front");
    }
    checkAddedTokens(rules.dummyPrefix() || rules.removeExtra());
    checkUnknown();
    addPieces();
    checkPreTokenizer(tokenizer.preTokenizer());
    Settings settings =
        new Settings(
            Algorithm.BPE,
            vocabulary.hasByteFallback(),
            false,
            pieces.get(unkId()).text(),
            role(tokenizer.specialTokens().bos(), "<s>"),
            role(tokenizer.specialTokens().eos(), "</s>"),
            role(tokenizer.specialTokens().pad(), "<pad>"),
            " ⁇ ",
            new Normalization(
                "identity", new byte[0], rules.dummyPrefix(), rules.removeExtra(), true),
            Optional.empty(),
            new byte[0],
            new byte[0]);
    SentencePieceModel model = new SentencePieceModel("the model", pieces, settings);
    try {
      // Whatever the checks of a reader and of the way back find, they find it here first.
      SentencePieceModel.read(model.toBytes(), "the model").toTokenizer();
    } catch (TokenizerFormatException e) {
      throw new IllegalArgumentException(
          "SentencePiece cannot express this tokenizer: " + e.getMessage(), e);
    }
    return model;
  }

  private void checkAddedTokens(boolean changesEnds) {
    Set<Boolean> normalized = new HashSet<>();
    for (AddedToken token : tokenizer.addedTokens()) {
      addedById.put(token.id(), token);
      if (token.special()) {
        if (isFound(token.id())) {
          throw refused(describe(token) + " is a piece that merging finds in text as well");
        }
        continue;
      }
      boolean plain = !token.singleWord() && !token.leftStrip() && !token.rightStrip();
      boolean sameBeforeAndAfter = token.content().indexOf(SentencePieceModel.METASPACE) < 0;
      if (changesEnds || !plain || token.content().indexOf(' ') >= 0) {
        throw refused(
            describe(token)
                + " is not special, and "
                + (changesEnds
                    ? "spaces at the ends of the texts around it change"
                    : "its flags or spaces matter"));
      }
      if (!token.normalized() && !sameBeforeAndAfter) {
        throw refused(describe(token) + " is looked for before spaces become ▁");
      }
      normalized.add(token.normalized());
    }
    if (normalized.size() == 2) {
      throw refused("some added tokens are looked for before normalisation and some after");
    }
  }

  private static String describe(AddedToken token) {
    return "added token " + token.id() + " \"" + Excerpt.of(token.content()) + "\"";
  }

  /** Whether merging or a single character can give this id. */
  private boolean isFound(int id) {
    return id < vocabulary.size()
        && vocabulary.isInModel(id)
        && vocabulary.piece(id).length > 0
        && (vocabulary.ignoresMerges()
            || symbolCount(id) == 1
            || !vocabulary.hasListedMerges() && vocabulary.rank(id) >= 0
            || vocabulary.hasListedMerges() && isMerged(id));
  }

  private boolean isMerged(int id) {
    for (int rank = 0; rank < vocabulary.mergeCount(); rank++) {
      byte[] left = vocabulary.piece(vocabulary.mergeLeft(rank));
      byte[] right = vocabulary.piece(vocabulary.mergeRight(rank));
      if (ByteBuffer.wrap(vocabulary.piece(id))
          .equals(ByteBuffer.allocate(left.length + right.length).put(left).put(right).flip())) {
        return true;
      }
    }
    return false;
  }

  private void checkUnknown() {
    if (vocabulary.hasByteFallback()) {
      for (int b = 0; b < 256; b++) {
        if (vocabulary.byteId(b) < 0) {
          throw refused("it spells characters by bytes, but has no piece for byte " + b);
        }
      }
    } else if (vocabulary.unk().isEmpty()) {
      throw refused("it drops characters without a piece, and SentencePiece makes them UNK");
    } else if (!vocabulary.fusesUnk()) {
      throw refused("it gives every unknown character its own UNK, and SentencePiece fuses them");
    }
  }

  private void addPieces() {
    int[] ranks = ranks();
    int size = vocabulary.size();
    for (AddedToken token : tokenizer.addedTokens()) {
      size = Math.max(size, token.id() + 1);
    }
    for (int id = 0; id < size; id++) {
      pieces.add(piece(id, ranks));
    }
    if (vocabulary.unk().isEmpty()) {
      // Never given, for every character has bytes; but there has to be one.
      pieces.add(new Piece(unusedName("<unk>"), 0, PieceType.UNKNOWN));
    }
  }

  private int unkId() {
    return vocabulary.unk().orElse(pieces.size() - 1);
  }

  private int[] ranks() {
    if (!vocabulary.hasListedMerges() && !vocabulary.ignoresMerges()) {
      int[] ranks = new int[vocabulary.size()];
      for (int id = 0; id < ranks.length; id++) {
        ranks[id] = vocabulary.rank(id);
        boolean merges = vocabulary.isInModel(id) && !addedById.containsKey(id);
        if (merges && ranks[id] < 0 && symbolCount(id) > 1) {
          throw refused("nothing merges into piece " + id + " \"" + Excerpt.of(text(id)) + "\"");
        }
      }
      return ranks;
    }
    // Checks that merging a piece's text gives the piece: then taking it as a whole changes
    // nothing.
    return new MergeOrder(vocabulary).ranks(addedById::containsKey);
  }

  private Piece piece(int id, int[] ranks) {
    AddedToken added = addedById.get(id);
    if (vocabulary.unk().isPresent() && vocabulary.unk().getAsInt() == id) {
      return new Piece(added == null ? text(id) : added.content(), 0, PieceType.UNKNOWN);
    }
    if (added != null) {
      PieceType type = added.special() ? PieceType.CONTROL : PieceType.USER_DEFINED;
      return new Piece(added.content(), 0, type);
    }
    byte[] bytes = id < vocabulary.size() ? vocabulary.piece(id) : new byte[0];
    if (bytes.length == 0) {
      return new Piece(unusedName("<unused_" + id + ">"), 0, PieceType.CONTROL);
    }
    if (!vocabulary.isInModel(id)) {
      boolean isByte = bytes.length == 1 && vocabulary.byteId(bytes[0]) == id;
      return isByte && vocabulary.hasByteFallback()
          ? new Piece(BytePieces.name(bytes[0]), 0, PieceType.BYTE)
          : new Piece(isByte ? BytePieces.name(bytes[0]) : text(id), 0, PieceType.CONTROL);
    }
    // Characters do not merge from anything, so that their score says nothing.
    int rank = ranks[id] >= 0 ? ranks[id] : vocabulary.size() + id;
    return new Piece(text(id), -rank, PieceType.NORMAL);
  }

  private String unusedName(String wish) {
    String name = wish;
    while (vocabulary.find(name.getBytes(StandardCharsets.UTF_8)).isPresent()
        || hasAddedToken(name)) {
      name = name + "_";
    }
    return name;
  }

  private boolean hasAddedToken(String content) {
    return tokenizer.addedTokens().stream().anyMatch(token -> token.content().equals(content));
  }

  private String text(int id) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(vocabulary.piece(id)))
          .toString();
    } catch (CharacterCodingException e) {
      throw refused("piece " + id + " is not text");
    }
  }

  private int symbolCount(int id) {
    String text = text(id);
    return text.codePointCount(0, text.length());
  }

  /** A pre-tokenizer changes nothing if no piece reaches over a place where it splits. */
  private void checkPreTokenizer(PreTokenizer preTokenizer) {
    if (preTokenizer instanceof PreTokenizerSequence sequence) {
      sequence.parts().forEach(this::checkPreTokenizer);
      return;
    }
    PreTokenizer words =
        new LiteralSplit(
            String.valueOf(SentencePieceModel.METASPACE), SplitBehavior.MERGED_WITH_NEXT, false);
    boolean splitsWords = preTokenizer.equals(words);
    if (!splitsWords && !preTokenizer.equals(PreTokenizer.digits(true))) {
      throw refused("its pre-tokenizer splits by more than ▁ and digits");
    }
    // UNK on both sides of such a place would become one.
    boolean unknownMeet =
        !splitsWords
            || vocabulary
                .find(String.valueOf(SentencePieceModel.METASPACE).getBytes(StandardCharsets.UTF_8))
                .isEmpty();
    if (unknownMeet && !vocabulary.hasByteFallback()) {
      throw refused("its pre-tokenizer parts unknown characters, and SentencePiece fuses them");
    }
    IdBuffer ends = new IdBuffer();
    for (int id = 0; id < pieces.size(); id++) {
      if (pieces.get(id).type() == PieceType.NORMAL) {
        char[] text = pieces.get(id).text().toCharArray();
        ends.clear();
        preTokenizer.split(text, 0, text.length, ends);
        if (ends.size() != 1) {
          throw refused("its pre-tokenizer splits inside piece " + id + ", which a text can spell");
        }
      }
    }
  }

  private String role(OptionalInt id, String otherwise) {
    @Nullable AddedToken token = id.isPresent() ? addedById.get(id.getAsInt()) : null;
    return token == null ? otherwise : token.content();
  }

  private static IllegalArgumentException refused(String reason) {
    return new IllegalArgumentException("SentencePiece cannot express this tokenizer: " + reason);
  }
}
