package io.github.maque.examples.cli;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How long documents are, exactly. Memory grows with the number of different lengths only, of which
 * n tokens can have no more than the square root of 2n.
 */
final class LengthFigures {
  private static final int[] PERCENTILES = {5, 25, 50, 75, 95, 99};

  private final NavigableMap<Integer, Long> counts = new TreeMap<>();
  private long documents;
  private long total;

  /** Adds a document. */
  void add(int length) {
    counts.merge(length, 1L, Long::sum);
    documents++;
    total += length;
  }

  /** Returns how many documents there are. */
  long documents() {
    return documents;
  }

  /** Returns the sum of all lengths. */
  long total() {
    return total;
  }

  /** Returns how many documents have each length that occurs, the shortest first. */
  NavigableMap<Integer, Long> counts() {
    return Collections.unmodifiableNavigableMap(counts);
  }

  /**
   * Returns the smallest length that at least {@code percent} percent of the documents do not
   * exceed. There must be documents.
   */
  int percentile(int percent) {
    long seen = 0;
    for (Map.Entry<Integer, Long> entry : counts.entrySet()) {
      seen += entry.getValue();
      if (100.0 * seen >= (double) percent * documents) {
        return entry.getKey();
      }
    }
    return counts.lastKey();
  }

  /** Returns which share of the documents is longer than {@code length}. */
  double shareLongerThan(int length) {
    long longer = counts.tailMap(length, false).values().stream().mapToLong(Long::longValue).sum();
    return (double) longer / documents;
  }

  /** Adds the figures; there must be documents. */
  void addTo(Summary summary, String unit) {
    summary.count("shortest", counts.firstKey());
    for (int percent : PERCENTILES) {
      summary.count("percentile_" + percent, percentile(percent));
    }
    summary.count("longest", counts.lastKey());
    summary.number("mean_length", (double) total / documents, unit);
  }
}
