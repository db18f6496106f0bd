package io.github.maque.tokenizer.format;

import io.github.maque.tokenizer.bpe.BpeVocabulary;
import io.github.maque.tokenizer.bpe.BpeVocabulary.Alphabet;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Turns listed merges into ranked pieces and back, where that changes no ids.
 *
 * <p>Why it can: a token covers a stretch of text that no merge has ever crossed the ends of, so
 * inside that stretch everything happened as if it stood alone. Whenever a piece comes about,
 * therefore, its last merge is the one that merging the piece's own text ends with. A ranked piece
 * stands for that one merge; listed merges stand for ranked pieces if merging every piece's own
 * text gives that piece, for then no other two neighbours that spell it ever meet.
 */
final class MergeOrder {
  /** Merging a piece's own text takes time that grows with the square of its length. */
  private static final long MAX_WORK = 1L << 29;

  private final BpeVocabulary vocabulary;
  private final byte[][] pieces;
  private final Map<Long, Integer> listedRanks = new HashMap<>();

  MergeOrder(BpeVocabulary vocabulary) {
    this.vocabulary = vocabulary;
    pieces = new byte[vocabulary.size()][];
    for (int id = 0; id < pieces.length; id++) {
      pieces[id] = vocabulary.piece(id);
    }
    for (int rank = 0; rank < vocabulary.mergeCount(); rank++) {
      listedRanks.put(pair(vocabulary.mergeLeft(rank), vocabulary.mergeRight(rank)), rank);
    }
  }

  /** A merge of two ids, lower ranks first. */
  record Merge(int left, int right, int rank) {}

  /**
   * Checks that the lengths of pieces, squared and added up, are such as real vocabularies have.
   */
  static void requireBounded(long sumOfSquaredLengths) {
    if (sumOfSquaredLengths > MAX_WORK) {
      throw new IllegalArgumentException("the pieces are longer than in any real vocabulary");
    }
  }

  /**
   * Returns the merges in order of rank.
   *
   * @throws IllegalArgumentException if two pieces are of one rank, so that which of them merges
   *     first depends on where they stand
   */
  List<Merge> listed() {
    List<Merge> merges = new ArrayList<>();
    if (vocabulary.hasListedMerges()) {
      for (int rank = 0; rank < vocabulary.mergeCount(); rank++) {
        merges.add(new Merge(vocabulary.mergeLeft(rank), vocabulary.mergeRight(rank), rank));
      }
      return merges;
    }
    requireBounded();
    for (int id = 0; id < pieces.length; id++) {
      Merge last = vocabulary.rank(id) < 0 || !vocabulary.isInModel(id) ? null : lastMergeOf(id);
      if (last != null) {
        merges.add(last);
      }
    }
    merges.sort(Comparator.comparingInt(Merge::rank));
    for (int i = 1; i < merges.size(); i++) {
      if (merges.get(i).rank() == merges.get(i - 1).rank()) {
        throw new IllegalArgumentException(
            "two pieces, "
                + describe(merged(merges.get(i - 1)))
                + " and "
                + describe(merged(merges.get(i)))
                + ", are of one rank, which a list of merges cannot say");
      }
    }
    return merges;
  }

  /**
   * Returns for every id the rank of the merge that makes its piece, -1 where none does.
   *
   * @param leftOut ids that merging must not be able to reach
   * @throws IllegalArgumentException if ranked pieces would merge what the listed merges do not
   */
  int[] ranks(IntPredicate leftOut) {
    requireBounded();
    int[] ranks = new int[pieces.length];
    for (int id = 0; id < pieces.length; id++) {
      ranks[id] = -1;
      if (!vocabulary.isInModel(id) || leftOut.test(id) || symbols(id).length < 2) {
        continue;
      }
      Merge last = lastMergeOf(id);
      if (last == null) {
        throw new IllegalArgumentException(
            "piece " + describe(id) + " is not what merging its own text gives");
      }
      ranks[id] = last.rank();
    }
    return ranks;
  }

  private void requireBounded() {
    long work = 0;
    for (byte[] piece : pieces) {
      work += (long) piece.length * piece.length;
    }
    requireBounded(work);
  }

  /**
   * The merge with which merging the piece's own text ends, or null if it does not give the piece.
   */
  private @Nullable Merge lastMergeOf(int id) {
    int[] symbols = symbols(id);
    int count = symbols.length;
    int[] ranks = new int[count]; // of each symbol with the next one
    for (int i = 0; i + 1 < count; i++) {
      ranks[i] = rank(symbols[i], symbols[i + 1]);
    }
    Merge last = null;
    while (count > 1) {
      int at = lowest(ranks, count - 1);
      if (at < 0) {
        return null;
      }
      last = new Merge(symbols[at], symbols[at + 1], ranks[at]);
      symbols[at] = merged(last);
      System.arraycopy(symbols, at + 2, symbols, at + 1, count - at - 2);
      System.arraycopy(ranks, at + 1, ranks, at, count - at - 2);
      count--;
      if (at > 0) {
        ranks[at - 1] = rank(symbols[at - 1], symbols[at]);
      }
      if (at + 1 < count) {
        ranks[at] = rank(symbols[at], symbols[at + 1]);
      }
    }
    return count == 1 && symbols[0] == id ? last : null;
  }

  /** The place of the lowest rank, of equal ones the first; -1 if none merges. */
  private static int lowest(int[] ranks, int count) {
    int at = -1;
    for (int i = 0; i < count; i++) {
      if (ranks[i] >= 0 && (at < 0 || ranks[i] < ranks[at])) {
        at = i;
      }
    }
    return at;
  }

  /** What merging the piece's own text starts from; -1 stands for what has no piece. */
  private int[] symbols(int id) {
    byte[] piece = pieces[id];
    int[] symbols = new int[piece.length];
    if (vocabulary.alphabet() == Alphabet.BYTES) {
      for (int i = 0; i < symbols.length; i++) {
        symbols[i] = vocabulary.byteId(piece[i]);
      }
      return symbols;
    }
    int count = 0;
    for (int from = 0; from < piece.length; ) {
      int to = from + 1;
      while (to < piece.length && (piece[to] & 0xC0) == 0x80) {
        to++;
      }
      symbols[count++] = vocabulary.find(Arrays.copyOfRange(piece, from, to)).orElse(-1);
      from = to;
    }
    return Arrays.copyOf(symbols, count);
  }

  private int rank(int left, int right) {
    if (left < 0 || right < 0) {
      return -1;
    }
    if (vocabulary.hasListedMerges()) {
      return listedRanks.getOrDefault(pair(left, right), -1);
    }
    OptionalInt joined = vocabulary.find(join(left, right));
    return joined.isPresent() ? vocabulary.rank(joined.getAsInt()) : -1;
  }

  private int merged(Merge merge) {
    return vocabulary.find(join(merge.left(), merge.right())).orElseThrow();
  }

  private byte[] join(int left, int right) {
    return ByteBuffer.allocate(pieces[left].length + pieces[right].length)
        .put(pieces[left])
        .put(pieces[right])
        .array();
  }

  private String describe(int id) {
    return id + " \"" + Excerpt.of(new String(pieces[id], StandardCharsets.UTF_8)) + "\"";
  }

  private static long pair(int left, int right) {
    return (long) left << 32 | right;
  }
}
