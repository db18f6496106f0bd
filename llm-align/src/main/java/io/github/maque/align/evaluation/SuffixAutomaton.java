package io.github.maque.align.evaluation;

import java.util.Arrays;

/**
 * The smallest automaton that knows all stretches of a text. A state stands for stretches that end
 * at the same places of the text, the longest of which is {@link #length} long; {@link #shorter} is
 * the state of the longest end of them that ends at more places.
 */
final class SuffixAutomaton {
  /** The state of the empty stretch. */
  static final int START = 0;

  /** A symbol that is no character. */
  static final int SEPARATOR = Character.MAX_CODE_POINT + 1;

  private static final int NONE = -1;

  private final int[] lengths;
  private final int[] links;

  /** The symbols that lead on from a state: a list, whose head and further elements are edges. */
  private final int[] firstEdges;

  private final Edges edges;
  private int states = 1;
  private int last = START;

  /**
   * Makes room.
   *
   * @param symbols how many will be appended at most
   */
  SuffixAutomaton(int symbols) {
    // A text of n symbols has at most 2n - 1 states and 3n - 4 edges, if it has three symbols.
    lengths = new int[2 * symbols + 2];
    links = new int[2 * symbols + 2];
    firstEdges = new int[2 * symbols + 2];
    Arrays.fill(firstEdges, NONE);
    edges = new Edges(3 * symbols + 4);
    links[START] = NONE;
  }

  int states() {
    return states;
  }

  int length(int state) {
    return lengths[state];
  }

  int shorter(int state) {
    return links[state];
  }

  /** Returns where a symbol leads to from a state, or a negative number. */
  int next(int state, int symbol) {
    int edge = edges.find(state, symbol);
    return edge < 0 ? NONE : edges.target[edge];
  }

  /** Appends a symbol to the text and returns the state of the whole text. */
  int append(int symbol) {
    int whole = states++;
    lengths[whole] = lengths[last] + 1;
    int state = last;
    while (state != NONE && next(state, symbol) < 0) {
      lead(state, symbol, whole);
      state = links[state];
    }
    links[whole] = state == NONE ? START : longestEnd(state, symbol);
    last = whole;
    return whole;
  }

  /** Returns the state of the longest stretch of {@code state} and a symbol behind it. */
  private int longestEnd(int state, int symbol) {
    int target = next(state, symbol);
    if (lengths[target] == lengths[state] + 1) {
      return target;
    }
    int split = states++;
    lengths[split] = lengths[state] + 1;
    links[split] = links[target];
    for (int edge = firstEdges[target]; edge != NONE; edge = edges.nextOfState[edge]) {
      lead(split, edges.symbol[edge], edges.target[edge]);
    }
    links[target] = split;
    for (int from = state; from != NONE && next(from, symbol) == target; from = links[from]) {
      edges.target[edges.find(from, symbol)] = split;
    }
    return split;
  }

  private void lead(int state, int symbol, int target) {
    firstEdges[state] = edges.add(state, symbol, target, firstEdges[state]);
  }

  /** Returns all states in the order of their lengths, {@link #START} first. */
  int[] shortestFirst() {
    int longest = lengths[last];
    int[] begin = new int[longest + 2];
    for (int state = 0; state < states; state++) {
      begin[lengths[state] + 1]++;
    }
    for (int length = 1; length <= longest; length++) {
      begin[length] += begin[length - 1];
    }
    int[] order = new int[states];
    for (int state = 0; state < states; state++) {
      order[begin[lengths[state]]++] = state;
    }
    return order;
  }

  /** The edges of all states: a hash table of numbers, open-addressed and half full at most. */
  private static final class Edges {
    private final int[] table;
    private final int[] state;
    private final int[] symbol;
    private final int[] target;
    private final int[] nextOfState;
    private int size;

    Edges(int most) {
      table = new int[Integer.highestOneBit(Math.max(1, most)) << 2];
      Arrays.fill(table, NONE);
      state = new int[most];
      symbol = new int[most];
      target = new int[most];
      nextOfState = new int[most];
    }

    int find(int from, int by) {
      return table[place(from, by)];
    }

    int add(int from, int by, int to, int next) {
      state[size] = from;
      symbol[size] = by;
      target[size] = to;
      nextOfState[size] = next;
      table[place(from, by)] = size;
      return size++;
    }

    /** Returns where an edge is in the table, or where it would be put. */
    private int place(int from, int by) {
      int mask = table.length - 1;
      // Fibonacci hashing: the high bits of the product depend on all bits of both.
      long mixed = ((long) from << 21 ^ by) * 0x9E3779B97F4A7C15L;
      int place = (int) (mixed >>> Long.numberOfLeadingZeros(mask));
      while (table[place] >= 0 && (state[table[place]] != from || symbol[table[place]] != by)) {
        place = place + 1 & mask;
      }
      return place;
    }
  }
}
