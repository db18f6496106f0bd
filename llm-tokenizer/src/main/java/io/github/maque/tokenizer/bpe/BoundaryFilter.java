package io.github.maque.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Says between which characters a pre-token can be cut without changing its ids.
 *
 * <p>A merge makes a token, and every token is a piece. So where no piece has the end of one
 * character followed by the beginning of the next, no merge ever crosses, and the two sides merge
 * independently. Chinese pre-tokens are whole clauses that hardly ever repeat; the fragments
 * between such cuts do, and can be cached.
 *
 * <p>The filter may say "spanned" where nothing is (its bit sets are indexed by hashes), never the
 * reverse. It works on UTF-16 code units, the last unit of one character and the first of the next;
 * pieces that begin or end inside a character count for every character they could belong to.
 */
final class BoundaryFilter {
  /** Bits per inserted pair: at 32, about 3 % of the other boundaries are needlessly kept. */
  private static final int BITS_PER_PAIR = 32;

  private final HashedBits whole;
  private final HashedBits leftWholeRightPart;
  private final HashedBits leftPartRightWhole;
  private final HashedBits bothParts;
  private final boolean anyParts;

  /** Text that gives no symbol makes its neighbours meet; then nothing is known of boundaries. */
  private final boolean knowsNothing;

  /** Builds the filter of everything that merging can produce. */
  BoundaryFilter(BpeVocabulary vocabulary) {
    knowsNothing = vocabulary.dropsText();
    Collector collector = new Collector();
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.isInModel(id)) {
        collector.addPiece(vocabulary.pieceShared(id));
      }
    }
    whole = new HashedBits(collector.whole);
    leftWholeRightPart = new HashedBits(collector.leftWholeRightPart);
    leftPartRightWhole = new HashedBits(collector.leftPartRightWhole);
    bothParts = new HashedBits(collector.bothParts);
    anyParts =
        collector.leftWholeRightPart.size > 0
            || collector.leftPartRightWhole.size > 0
            || collector.bothParts.size > 0;
  }

  /**
   * Returns whether a piece may reach from the character that ends with {@code left} into the one
   * that begins with {@code right}. Inside a surrogate pair, and next to an unpaired surrogate (a
   * raw byte, which may complete anything), the answer is true.
   */
  boolean spans(char left, char right) {
    if (knowsNothing || whole.contains(left << 16 | right)) {
      return true;
    }
    return right >= 0xDC00 && right < 0xE000 || anyParts && spansKnownPart(left, right);
  }

  /**
   * Returns whether a piece may hold a part of one of these characters together with bytes of the
   * other. Next to the second half of a surrogate pair or a raw byte the answer is true.
   */
  boolean spansPart(char left, char right) {
    return knowsNothing
        || left >= 0xDC00 && left < 0xE000
        || right >= 0xDC00 && right < 0xE000
        || anyParts && spansKnownPart(left, right);
  }

  private boolean spansKnownPart(char left, char right) {
    int leftTail = left & 63;
    int rightLead = right >>> 6;
    return leftWholeRightPart.contains(left << 10 | rightLead)
        || leftPartRightWhole.contains(leftTail << 16 | right)
        || bothParts.contains(leftTail << 10 | rightLead);
  }

  /** Gathers the boundaries inside pieces. */
  private static final class Collector {
    final Keys whole = new Keys();
    final Keys leftWholeRightPart = new Keys();
    final Keys leftPartRightWhole = new Keys();
    final Keys bothParts = new Keys();

    void addPiece(byte[] piece) {
      for (int boundary = 1; boundary < piece.length; boundary++) {
        if (!isContinuation(piece[boundary])) {
          addBoundary(piece, boundary);
        }
      }
    }

    private void addBoundary(byte[] piece, int boundary) {
      int leftStart = boundary - 1;
      while (leftStart > 0 && boundary - leftStart < 4 && isContinuation(piece[leftStart])) {
        leftStart--;
      }
      int left = lastUnit(piece, leftStart, boundary);
      int leftTail = piece[boundary - 1] & 63;
      int rightEnd = boundary + 1;
      while (rightEnd < piece.length && isContinuation(piece[rightEnd])) {
        rightEnd++;
      }
      int right = firstUnit(piece, boundary, rightEnd);
      if (left >= 0 && right >= 0) {
        whole.add(left << 16 | right);
      } else if (right >= 0) {
        leftPartRightWhole.add(leftTail << 16 | right);
      } else if (left >= 0) {
        forEachLead(piece, boundary, rightEnd, lead -> leftWholeRightPart.add(left << 10 | lead));
      } else {
        forEachLead(piece, boundary, rightEnd, lead -> bothParts.add(leftTail << 10 | lead));
      }
    }

    private static boolean isContinuation(byte b) {
      return (b & 0xC0) == 0x80;
    }

    /**
     * The last UTF-16 unit of the character {@code piece[from, to)}, or -1 if it is only a part.
     */
    private static int lastUnit(byte[] piece, int from, int to) {
      String character = decode(piece, from, to);
      return character.isEmpty() ? -1 : character.charAt(character.length() - 1);
    }

    private static int firstUnit(byte[] piece, int from, int to) {
      String character = decode(piece, from, to);
      return character.isEmpty() ? -1 : character.charAt(0);
    }

    /** Decodes one whole character; the empty string says that these bytes are not one. */
    private static String decode(byte[] piece, int from, int to) {
      String text = new String(piece, from, to - from, StandardCharsets.UTF_8);
      boolean one = text.codePointCount(0, text.length()) == 1;
      boolean same =
          Arrays.equals(text.getBytes(StandardCharsets.UTF_8), Arrays.copyOfRange(piece, from, to));
      return one && same ? text : "";
    }

    /**
     * Calls {@code action} with {@code unit >>> 6} of all first units that these bytes can begin.
     */
    private static void forEachLead(byte[] piece, int from, int to, IntConsumer action) {
      int lead = piece[from] & 0xFF;
      int first = 0;
      int last = 1023;
      if (lead >= 0xC0 && lead < 0xE0) {
        first = last = lead & 0x1F;
      } else if (lead >= 0xE0 && lead < 0xF0) {
        first = (lead & 0x0F) << 6;
        last = first + 63;
        if (to - from == 2) {
          first = last = first | (piece[from + 1] & 63);
        }
      } else if (lead >= 0xF0) {
        first = 0xD800 >>> 6;
        last = 0xDBFF >>> 6;
      }
      for (int unit = first; unit <= last; unit++) {
        action.accept(unit);
      }
    }
  }

  /** A growing list of keys. */
  private static final class Keys {
    int[] values = new int[256];
    int size;

    void add(int key) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = key;
    }
  }

  /** A set of ints that may answer yes for others too: one bit per hash. */
  private static final class HashedBits {
    private final long[] words;
    private final int shift;

    HashedBits(Keys keys) {
      int log2 = 10;
      while (log2 < 26 && 1L << log2 < (long) keys.size * BITS_PER_PAIR) {
        log2++;
      }
      words = new long[1 << (log2 - 6)];
      shift = 32 - log2;
      for (int i = 0; i < keys.size; i++) {
        int bit = hash(keys.values[i]);
        words[bit >>> 6] |= 1L << bit;
      }
    }

    boolean contains(int key) {
      int bit = hash(key);
      return (words[bit >>> 6] >>> bit & 1) != 0;
    }

    private int hash(int key) {
      return (key * 0x9E3779B1 ^ (key >>> 15) * 0x85EBCA6B) >>> shift;
    }
  }
}
