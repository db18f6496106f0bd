package io.github.maque.tokenizer.sentencepiece;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the longest of some strings that a text begins with. Immutable. */
final class PrefixMatcher {
  /** The library keeps this many matches per place, and reads past them if there are more. */
  private static final int MAX_NESTED = 64;

  private final Map<Long, Integer> children = new HashMap<>();
  private final Map<Integer, Boolean> isEnd = new HashMap<>();
  private int nodes = 1;

  /**
   * Creates a matcher.
   *
   * @throws IllegalArgumentException if more of the strings begin alike than the library can bear
   */
  PrefixMatcher(List<String> strings) {
    for (String string : strings) {
      int node = 0;
      for (byte b : string.getBytes(StandardCharsets.UTF_8)) {
        node = children.computeIfAbsent(edge(node, b), e -> nodes++);
      }
      isEnd.put(node, true);
    }
    for (String string : strings) {
      int node = 0;
      int nested = 0;
      for (byte b : string.getBytes(StandardCharsets.UTF_8)) {
        node = children.getOrDefault(edge(node, b), 0);
        nested += isEnd.containsKey(node) ? 1 : 0;
      }
      if (nested > MAX_NESTED) {
        throw new IllegalArgumentException(
            "more than " + MAX_NESTED + " user-defined pieces begin \"" + string + "\"");
      }
    }
  }

  /** Returns the length of the longest string at {@code text[from, to)}, or 0. */
  int longest(byte[] text, int from, int to) {
    int longest = 0;
    int node = 0;
    for (int i = from; i < to; i++) {
      Integer child = children.get(edge(node, text[i]));
      if (child == null) {
        break;
      }
      node = child;
      if (isEnd.containsKey(node)) {
        longest = i + 1 - from;
      }
    }
    return longest;
  }

  private static long edge(int node, byte b) {
    return (long) node << 8 | (b & 0xFF);
  }
}
