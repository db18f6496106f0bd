package io.github.maque.train.yaml;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;

/** Says what somebody may have meant. */
final class Nearest {
  private Nearest() {}

  /** Returns the nearest of the known words if it is near, and all of them otherwise. */
  static String suggest(String word, Collection<String> known) {
    String all = known.isEmpty() ? "expected none" : "expected one of " + String.join(", ", known);
    return known.stream()
        .min(Comparator.comparingInt(each -> distance(word, each)))
        .filter(nearest -> distance(word, nearest) <= Math.max(1, nearest.length() / 3))
        .map(nearest -> "did you mean " + nearest + "?")
        .orElse(all);
  }

  /**
   * Returns how many characters must be added, dropped, replaced, or exchanged with their
   * neighbour, to get from one word to the other.
   */
  private static int distance(String from, String to) {
    // Words that differ much in length are far apart; a long one is not worth comparing.
    if (Math.abs(from.length() - to.length()) > to.length()) {
      return Integer.MAX_VALUE;
    }
    int[] beforeLast = new int[to.length() + 1];
    int[] last = new int[to.length() + 1];
    Arrays.setAll(last, i -> i);
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = last[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && from.charAt(i - 1) == to.charAt(j - 2)
            && from.charAt(i - 2) == to.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      beforeLast = last;
      last = row;
    }
    return last[to.length()];
  }
}
