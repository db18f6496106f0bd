package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A part of the distinct words as one long row of symbols, on which one thread at a time merges.
 *
 * <p>A token of length n (in initial symbols) lies in n places: its id stands in the first and in
 * the last of them. So the token behind place {@code p} begins at {@code p + length}, the one in
 * front ends at {@code p - 1}, and no links are needed. Separators stand between words.
 *
 * <p>Words lie in runs of equal count, so that the count of the word at a place is found by where
 * the place is.
 */
final class CorpusShard {
  private static final int MAX_PLACES = Integer.MAX_VALUE - 16;
  private static final int BLOCK_SHIFT = 8;

  private final int index;
  private final SymbolArray symbols;
  private final int end;
  private final int[] runStarts;
  private final long[] runCounts;
  private final int runs;
  private final int[] runOfBlock;

  /** What the last merge did: place, and left and right neighbour (-1 for none) of every merge. */
  private final IdBuffer mergedAt = new IdBuffer();

  private final IdBuffer leftOf = new IdBuffer();
  private final IdBuffer rightOf = new IdBuffer();
  private final NeighbourCounts leftCounts = new NeighbourCounts();
  private final NeighbourCounts rightCounts = new NeighbourCounts();

  private CorpusShard(
      int index, SymbolArray symbols, int end, int[] runStarts, long[] runCounts, int runs) {
    this.index = index;
    this.symbols = symbols;
    this.end = end;
    this.runStarts = runStarts;
    this.runCounts = runCounts;
    this.runs = runs;
    this.runOfBlock = runsOfBlocks();
  }

  /**
   * Makes a shard of every {@code step}th partition of {@code words} from {@code first} on, and
   * clears these partitions.
   *
   * @param vocabularySize the number of symbols there will be in the end
   */
  static CorpusShard take(
      WordCounts words, int first, int step, InitialSymbols alphabet, int vocabularySize) {
    long places = 1;
    for (int p = first; p < WordCounts.PARTITIONS; p += step) {
      places += words.partition(p).utf8Length() + words.partition(p).size();
    }
    if (places > MAX_PLACES) {
      throw new IllegalArgumentException(
          "distinct pre-tokens take " + places + " bytes in one shard; set a lower memory limit");
    }
    Filler filler = new Filler(SymbolArray.create((int) places, vocabularySize), alphabet);
    for (int p = first; p < WordCounts.PARTITIONS; p += step) {
      filler.add(words.partition(p));
      words.partition(p).clear();
    }
    return new CorpusShard(
        first, filler.symbols, filler.end, filler.runStarts, filler.runCounts, filler.runs);
  }

  /** Returns the number of this shard, from 0 on. */
  int index() {
    return index;
  }

  /** Returns how many places the symbols took at first. */
  int places() {
    return end;
  }

  /** How often each token was the left neighbour of a merge, the last time. */
  NeighbourCounts leftCounts() {
    return leftCounts;
  }

  /** How often each token was the right neighbour of a merge, the last time. */
  NeighbourCounts rightCounts() {
    return rightCounts;
  }

  /** Receives pairs of neighbouring tokens. */
  interface PairVisitor {
    /**
     * Takes one pair.
     *
     * @param at the place of the left token
     * @param count how often the word occurs
     */
    void visit(int left, int right, int at, long count);
  }

  /** Visits every pair of neighbouring tokens, from the first place to the last. */
  void forEachPair(int[] lengths, PairVisitor visitor) {
    int run = -1;
    long count = 0;
    int nextRun = 0;
    int left = SymbolArray.SEPARATOR;
    int leftAt = 0;
    for (int at = 0; at < end; ) {
      if (at >= nextRun) {
        run++;
        count = runCounts[run];
        nextRun = run + 1 < runs ? runStarts[run + 1] : Integer.MAX_VALUE;
      }
      int symbol = symbols.get(at);
      if (symbol >= 0 && left >= 0) {
        visitor.visit(left, symbol, leftAt, count);
      }
      left = symbol;
      leftAt = at;
      at += symbol >= 0 ? lengths[symbol] : 1;
    }
  }

  /**
   * Merges {@code left} and {@code right} wherever they are neighbours.
   *
   * @param places all places where {@code left} may begin, in ascending order; what no longer holds
   *     there is passed over
   */
  void merge(IdBuffer places, int left, int right, int merged, int[] lengths) {
    mergedAt.clear();
    leftOf.clear();
    rightOf.clear();
    leftCounts.clear();
    rightCounts.clear();
    int leftLength = lengths[left];
    int rightLength = lengths[right];
    int run = -1;
    int nextRun = 0;
    long count = 0;
    int lastMerged = -1;
    int[] all = places.array();
    int size = places.size();
    for (int i = 0; i < size; i++) {
      int at = all[i];
      int rightAt = at + leftLength;
      if (symbols.get(at) != left || symbols.get(rightAt) != right) {
        continue;
      }
      if (at >= nextRun) {
        run = runOf(at, run);
        count = runCounts[run];
        nextRun = run + 1 < runs ? runStarts[run + 1] : Integer.MAX_VALUE;
      }
      int last = rightAt + rightLength - 1;
      symbols.set(rightAt, SymbolArray.INSIDE);
      symbols.set(at, merged);
      symbols.set(last, merged);

      int before = symbols.get(at - 1);
      boolean touchesMerged = before == merged && at - lengths[merged] == lastMerged;
      if (before >= 0) {
        leftCounts.add(before, count);
      }
      if (touchesMerged) {
        rightOf.set(rightOf.size() - 1, merged); // what it saw there has been merged since
      }
      int after = symbols.get(last + 1);
      if (after >= 0) {
        rightCounts.add(after, count);
      }
      mergedAt.add(at);
      leftOf.add(before >= 0 && !touchesMerged ? before : -1);
      rightOf.add(Math.max(after, -1));
      lastMerged = at;
    }
  }

  /** Returns in how many places the last merge was done. */
  int mergedPlaces() {
    return mergedAt.size();
  }

  /**
   * Appends the places of the pairs that the last merge made to the lists of those pairs.
   *
   * @param listOfLeft for every left neighbour, the list of the pair it now forms; or null
   * @param listOfRight likewise for right neighbours
   */
  void distribute(
      @Nullable IdBuffer[] listOfLeft, @Nullable IdBuffer[] listOfRight, int[] lengths) {
    for (int i = 0; i < mergedAt.size(); i++) {
      int at = mergedAt.get(i);
      int left = leftOf.get(i);
      IdBuffer ofLeft = left < 0 ? null : listOfLeft[left];
      if (ofLeft != null) {
        ofLeft.add(at - lengths[left]);
      }
      int right = rightOf.get(i);
      IdBuffer ofRight = right < 0 ? null : listOfRight[right];
      if (ofRight != null) {
        ofRight.add(at);
      }
    }
  }

  /** The run that {@code at} lies in, at or behind run {@code from}. */
  private int runOf(int at, int from) {
    int run = Math.max(from, runOfBlock[at >>> BLOCK_SHIFT]);
    while (run + 1 < runs && runStarts[run + 1] <= at) {
      run++;
    }
    return run;
  }

  /** For every block of places, the run that its first place lies in. */
  private int[] runsOfBlocks() {
    int[] found = new int[(end >>> BLOCK_SHIFT) + 1];
    int run = 0;
    for (int block = 0; block < found.length; block++) {
      while (run + 1 < runs && runStarts[run + 1] <= block << BLOCK_SHIFT) {
        run++;
      }
      found[block] = run;
    }
    return found;
  }

  /** Lays words out as symbols. */
  private static final class Filler {
    private final SymbolArray symbols;
    private final InitialSymbols alphabet;
    private int end = 1;
    private int[] runStarts = new int[64];
    private long[] runCounts = new long[64];
    private int runs;
    private int[] spelling = new int[1024];

    Filler(SymbolArray symbols, InitialSymbols alphabet) {
      this.symbols = symbols;
      this.alphabet = alphabet;
      startRun(0, 0);
    }

    /** Appends the words of {@code partition}, those of equal count together. */
    void add(WordCounts.Partition partition) {
      long previous = -1;
      for (int word : byCount(partition)) {
        long count = partition.count(word);
        if (count != previous) {
          startRun(end, count);
          previous = count;
        }
        addWord(partition.arena(), partition.start(word), partition.end(word));
      }
    }

    private void addWord(char[] text, int from, int to) {
      if ((to - from) * 3L > spelling.length) {
        spelling = new int[Math.multiplyExact(to - from, 3)];
      }
      int count = alphabet.spell(text, from, to, spelling);
      for (int i = 0; i < count; i++) {
        symbols.set(end++, spelling[i]);
      }
      end++; // the separator behind the word is there already
    }

    private void startRun(int start, long count) {
      if (runs == runStarts.length) {
        runStarts = Arrays.copyOf(runStarts, runs * 2);
        runCounts = Arrays.copyOf(runCounts, runs * 2);
      }
      runStarts[runs] = start;
      runCounts[runs++] = count;
    }

    /** The words in ascending order of their counts. */
    private static int[] byCount(WordCounts.Partition partition) {
      int size = partition.size();
      long[] keys = new long[size];
      for (int word = 0; word < size; word++) {
        // Counts of 2^31 and more tie here: their runs are short, that is all.
        keys[word] = Math.min(partition.count(word), Integer.MAX_VALUE) << 32 | word;
      }
      Arrays.sort(keys);
      int[] words = new int[size];
      for (int i = 0; i < size; i++) {
        words[i] = (int) keys[i];
      }
      return words;
    }
  }
}
