package io.github.maque.tokenizer.bpe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Applies the merges of a vocabulary to one sequence of symbols: always the merge of lowest rank,
 * of equal ones the leftmost (Sennrich et al., 2016). Not thread-safe; its arrays are reused.
 *
 * <p>Up to {@value #SHORT} symbols the lowest rank is searched for again and again, which for so
 * few is fastest; longer sequences use a heap, so that the time grows as n log n.
 */
final class BpeMerger {
  private static final int SHORT = 64;

  private final PairTable pairs;
  private final @Nullable WholeCharacters wholeCharacters;
  private final BpeVocabulary vocabulary;
  private final int unk;
  private final byte[] utf8 = new byte[4];

  private int count;
  private int highestRank;

  /** The symbols and, for each, the source characters it covers. */
  private int[] ids = new int[SHORT];

  private int[] starts = new int[SHORT];
  private int[] ends = new int[SHORT];

  /** For every symbol, what {@link PairTable#find} says of it and its right neighbour. */
  private long[] merges = new long[SHORT];

  private int[] previous = {};
  private int[] next = {};
  private long[] heap = {};
  private int heapSize;

  /** Creates a merger that always starts from the smallest symbols. */
  BpeMerger(BpeVocabulary vocabulary) {
    this(vocabulary, null);
  }

  BpeMerger(BpeVocabulary vocabulary, @Nullable WholeCharacters wholeCharacters) {
    this.vocabulary = vocabulary;
    this.wholeCharacters = wholeCharacters;
    this.pairs = vocabulary.pairs();
    this.unk = vocabulary.unk().orElse(-1);
  }

  /**
   * Merges {@code text[from, to)}; the result is read from {@link #ids()}, {@link #start} and
   * {@link #end} until the next call.
   *
   * @return the number of ids
   */
  int merge(char[] text, int from, int to) {
    count = 0;
    highestRank = -1;
    addSymbols(text, from, to);
    if (count <= SHORT) {
      mergeShort();
    } else {
      mergeLong();
    }
    return count;
  }

  /** The ids of the last merge. */
  int[] ids() {
    return ids;
  }

  /** The highest rank among the merges of the last call, or -1 if there was none. */
  int highestRank() {
    return highestRank;
  }

  /** Where in the text the first character of id number {@code i} begins. */
  int start(int i) {
    return starts[i];
  }

  /** Where in the text the last character of id number {@code i} ends. */
  int end(int i) {
    return ends[i];
  }

  private void addSymbols(char[] text, int from, int to) {
    boolean bytes = vocabulary.alphabet() == BpeVocabulary.Alphabet.BYTES;
    int i = from;
    while (i < to) {
      int end = i + 1;
      int whole = wholeCharacters == null ? -1 : wholeCharacters.idAt(text, i, from, to);
      if (whole >= 0) {
        addSymbol(whole, i, end);
        i = end;
        continue;
      }
      int codePoint = text[i];
      if (Character.isHighSurrogate(text[i]) && end < to && Character.isLowSurrogate(text[end])) {
        codePoint = Character.toCodePoint(text[i], text[end++]);
      } else if (codePoint >= 0xDC80 && codePoint <= 0xDCFF) {
        addRawByte(codePoint - 0xDC00, i);
        i = end;
        continue;
      }
      int length = Utf8.encode(codePoint, utf8, 0);
      if (bytes) {
        addBytes(length, i, end);
      } else {
        addCharacter(length, i, end);
      }
      i = end;
    }
  }

  /** A byte that is not part of valid UTF-8 (see {@link PreTokenizer}). */
  private void addRawByte(int value, int at) {
    int id = vocabulary.byteId(value);
    if (id >= 0) {
      addSymbol(id, at, at + 1);
    } else {
      addUnknown(at, at + 1);
    }
  }

  private void addBytes(int length, int start, int end) {
    for (int b = 0; b < length; b++) {
      int id = vocabulary.byteId(utf8[b]);
      if (id >= 0) {
        addSymbol(id, start, end);
      } else {
        addUnknown(start, end);
      }
    }
  }

  private void addCharacter(int length, int start, int end) {
    int id = vocabulary.index().find(utf8, 0, length);
    if (id >= 0) {
      addSymbol(id, start, end);
      return;
    }
    boolean spelled = vocabulary.hasByteFallback();
    for (int b = 0; spelled && b < length; b++) {
      spelled = vocabulary.byteId(utf8[b]) >= 0;
    }
    if (spelled) {
      addBytes(length, start, end);
    } else {
      addUnknown(start, end);
    }
  }

  private void addUnknown(int start, int end) {
    if (unk < 0) {
      return;
    }
    if (vocabulary.fusesUnk() && count > 0 && ids[count - 1] == unk) {
      ends[count - 1] = end;
    } else {
      addSymbol(unk, start, end);
    }
  }

  private void addSymbol(int id, int start, int end) {
    if (count == ids.length) {
      int capacity = count * 2;
      ids = Arrays.copyOf(ids, capacity);
      starts = Arrays.copyOf(starts, capacity);
      ends = Arrays.copyOf(ends, capacity);
      merges = new long[capacity];
    }
    ids[count] = id;
    starts[count] = start;
    ends[count++] = end;
  }

  private void mergeShort() {
    for (int i = 0; i + 1 < count; i++) {
      merges[i] = pairs.find(ids[i], ids[i + 1]);
    }
    while (count > 1) {
      int best = 0;
      for (int i = 1; i + 1 < count; i++) {
        if (rank(merges[i]) < rank(merges[best])) {
          best = i;
        }
      }
      if (merges[best] == PairTable.NONE) {
        return;
      }
      highestRank = Math.max(highestRank, rank(merges[best]));
      ids[best] = (int) merges[best];
      ends[best] = ends[best + 1];
      int tail = count - best - 2;
      System.arraycopy(ids, best + 2, ids, best + 1, tail);
      System.arraycopy(starts, best + 2, starts, best + 1, tail);
      System.arraycopy(ends, best + 2, ends, best + 1, tail);
      System.arraycopy(merges, best + 1, merges, best, tail);
      count--;
      if (best + 1 < count) {
        merges[best] = pairs.find(ids[best], ids[best + 1]);
      }
      if (best > 0) {
        merges[best - 1] = pairs.find(ids[best - 1], ids[best]);
      }
    }
  }

  private static int rank(long merge) {
    return (int) (merge >>> 32);
  }

  private void mergeLong() {
    if (previous.length < count) {
      previous = new int[ids.length];
      next = new int[ids.length];
      heap = new long[ids.length];
    }
    heapSize = 0;
    for (int i = 0; i < count; i++) {
      previous[i] = i - 1;
      next[i] = i + 1 < count ? i + 1 : -1;
    }
    for (int i = 0; i < count; i++) {
      offer(i);
    }
    while (heapSize > 0) {
      long top = poll();
      int at = (int) top;
      // A symbol merged away, or merged since it was offered, has another entry or none.
      if (ids[at] < 0 || merges[at] == PairTable.NONE || rank(merges[at]) != (int) (top >>> 32)) {
        continue;
      }
      int right = next[at];
      highestRank = Math.max(highestRank, rank(merges[at]));
      ids[at] = (int) merges[at];
      ends[at] = ends[right];
      ids[right] = -1;
      next[at] = next[right];
      if (next[at] >= 0) {
        previous[next[at]] = at;
      }
      offer(at);
      if (previous[at] >= 0) {
        offer(previous[at]);
      }
    }
    compact();
  }

  private void compact() {
    int kept = 0;
    for (int i = 0; i >= 0 && i < count; i = next[i]) {
      ids[kept] = ids[i];
      starts[kept] = starts[i];
      ends[kept++] = ends[i];
    }
    count = kept;
  }

  /** Looks up the merge of the symbol at {@code at} with its neighbour and queues it. */
  private void offer(int at) {
    merges[at] = next[at] < 0 ? PairTable.NONE : pairs.find(ids[at], ids[next[at]]);
    if (merges[at] == PairTable.NONE) {
      return;
    }
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, heapSize * 2);
    }
    long entry = (long) rank(merges[at]) << 32 | at;
    int hole = heapSize++;
    while (hole > 0) {
      int parent = (hole - 1) >>> 2;
      if (heap[parent] <= entry) {
        break;
      }
      heap[hole] = heap[parent];
      hole = parent;
    }
    heap[hole] = entry;
  }

  private long poll() {
    long top = heap[0];
    long last = heap[--heapSize];
    int hole = 0;
    while (true) {
      int child = hole * 4 + 1;
      if (child >= heapSize) {
        break;
      }
      int end = Math.min(child + 4, heapSize);
      int least = child;
      for (int c = child + 1; c < end; c++) {
        if (heap[c] < heap[least]) {
          least = c;
        }
      }
      if (heap[least] >= last) {
        break;
      }
      heap[hole] = heap[least];
      hole = least;
    }
    heap[hole] = last;
    return top;
  }

  /** Gives up arrays that one very long pre-token made large. */
  void shrink() {
    if (ids.length > 1 << 16) {
      ids = new int[SHORT];
      starts = new int[SHORT];
      ends = new int[SHORT];
      merges = new long[SHORT];
      previous = new int[0];
      next = new int[0];
      heap = new long[0];
    }
  }
}
