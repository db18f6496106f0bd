package io.github.maque.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The characters of the Basic Multilingual Plane whose bytes always merge into one piece first, so
 * that merging may start from that piece. This holds for a character that is a piece by its own
 * merges, all of lower rank than any merge of that piece with another, wherever no piece joins a
 * part of it with its neighbour: nothing can then claim its bytes, and nothing waits for it that
 * should have gone first. Immutable.
 */
final class WholeCharacters {
  private final int[] ids = new int[0x10000];
  private final BoundaryFilter boundaries;
  private final boolean startsFromBytes;

  WholeCharacters(BpeVocabulary vocabulary, BoundaryFilter boundaries) {
    this.boundaries = boundaries;
    this.startsFromBytes = vocabulary.alphabet() == BpeVocabulary.Alphabet.BYTES;
    Arrays.fill(ids, -1);
    BpeMerger merger = new BpeMerger(vocabulary);
    int[] firstUses = vocabulary.pairs().firstUses(vocabulary.size());
    for (int id = 0; id < vocabulary.size(); id++) {
      byte[] piece = vocabulary.pieceShared(id);
      if (!vocabulary.isInModel(id) || piece.length > 3) {
        continue;
      }
      char[] text = new String(piece, StandardCharsets.UTF_8).toCharArray();
      // A part of a character decodes to U+FFFD, which then does not merge into this piece.
      if (text.length == 1
          && merger.merge(text, 0, 1) == 1
          && merger.ids()[0] == id
          && merger.highestRank() < firstUses[id]) {
        ids[text[0]] = id;
      }
    }
  }

  /** Returns the piece that {@code c} is when nothing stands beside it, or -1. */
  int idAlone(char c) {
    return ids[c];
  }

  /**
   * Returns the piece that the character at {@code at} of {@code text[from, to)} becomes first, or
   * -1.
   */
  int idAt(char[] text, int at, int from, int to) {
    int id = ids[text[at]];
    if (id < 0 || !startsFromBytes) {
      return id;
    }
    boolean open =
        at > from && boundaries.spansPart(text[at - 1], text[at])
            || at + 1 < to && boundaries.spansPart(text[at], text[at + 1]);
    return open ? -1 : id;
  }
}
