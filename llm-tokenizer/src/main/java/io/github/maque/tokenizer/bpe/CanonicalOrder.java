package io.github.maque.tokenizer.bpe;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Normalises long runs of combining marks. {@code java.text.Normalizer} puts marks in order by
 * insertion, which takes minutes for a million of them; here they are sorted before it sees them.
 */
final class CanonicalOrder {
  /** Marks of the lowest and of the highest combining class, 1 and 240. */
  private static final String LOWEST = "\u0334";

  private static final String HIGHEST = "\u0345";

  private CanonicalOrder() {}

  /** Returns {@code text} in the given form. */
  static String normalize(CharSequence text, Form form) {
    boolean compatible = form == Form.NFKC || form == Form.NFKD;
    StringBuilder decomposed = new StringBuilder(text.length());
    Map<Integer, String> parts = new HashMap<>();
    text.codePoints()
        .forEach(
            c ->
                decomposed.append(
                    parts.computeIfAbsent(
                        c,
                        key ->
                            Normalizer.normalize(
                                Character.toString(key), compatible ? Form.NFKD : Form.NFD))));
    int[] codePoints = decomposed.codePoints().toArray();
    sort(codePoints);
    String ordered = new String(codePoints, 0, codePoints.length);
    return form == Form.NFD || form == Form.NFKD ? ordered : Normalizer.normalize(ordered, form);
  }

  /** Sorts every stretch of marks by combining class; those of one class stay in order. */
  private static void sort(int[] codePoints) {
    Map<Integer, Integer> classes = classes(codePoints);
    // Class above, place below: as longs they sort like a stable sort by class.
    long[] keys = new long[codePoints.length];
    for (int from = 0; from < codePoints.length; ) {
      int to = from;
      for (; to < codePoints.length && classes.containsKey(codePoints[to]); to++) {
        keys[to] = (long) classes.getOrDefault(codePoints[to], 0) << 32 | to;
      }
      Arrays.sort(keys, from, to);
      int[] sorted = new int[to - from];
      for (int i = from; i < to; i++) {
        sorted[i - from] = codePoints[(int) keys[i]];
      }
      System.arraycopy(sorted, 0, codePoints, from, sorted.length);
      from = to + 1;
    }
  }

  /**
   * Ranks the marks by combining class; what is never reordered is not in the map. The JDK does not
   * tell the class, but it tells which of two marks goes first.
   */
  private static Map<Integer, Integer> classes(int[] codePoints) {
    String[] marks =
        Arrays.stream(codePoints)
            .distinct()
            .mapToObj(Character::toString)
            .filter(c -> swaps(HIGHEST, c) || swaps(c, LOWEST))
            .sorted((a, b) -> swaps(a, b) ? 1 : swaps(b, a) ? -1 : 0)
            .toArray(String[]::new);
    Map<Integer, Integer> classes = new HashMap<>();
    int rank = 0;
    for (int i = 0; i < marks.length; i++) {
      rank += i > 0 && swaps(marks[i], marks[i - 1]) ? 1 : 0;
      classes.put(marks[i].codePointAt(0), rank);
    }
    return classes;
  }

  private static boolean swaps(String first, String second) {
    return !first.equals(second)
        && Normalizer.normalize(first + second, Form.NFD).equals(second + first);
  }
}
