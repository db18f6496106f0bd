package io.github.maque.data.shard;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What is wrong with a file. However often something is found, it is listed once, with its number
 * and the first place, so that a file without a sound byte takes no more memory than any other.
 */
final class Findings {
  private final Map<String, Finding> kinds = new LinkedHashMap<>();

  private static final class Finding {
    final String first;
    long count = 1;

    Finding(String first) {
      this.first = first;
    }
  }

  /** Notes one more of {@code kind}, and which it is if it is the first. */
  void add(String kind, Supplier<String> which) {
    Finding finding = kinds.get(kind);
    if (finding == null) {
      kinds.put(kind, new Finding(which.get()));
    } else {
      finding.count++;
    }
  }

  /** Returns whether nothing was found. */
  boolean isEmpty() {
    return kinds.isEmpty();
  }

  /** Returns a line for each kind, such as {@code negative length (3 times, first sequence 5)}. */
  List<String> list() {
    return kinds.entrySet().stream().map(kind -> line(kind.getKey(), kind.getValue())).toList();
  }

  private static String line(String kind, Finding finding) {
    String times = finding.count == 1 ? "" : finding.count + " times, first ";
    return kind + " (" + times + finding.first + ")";
  }
}
