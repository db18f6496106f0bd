package io.github.maque.train.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * Which checkpoints are kept. One stays if any of the rules keeps it; the newest always does.
 *
 * @param last how many of the newest, at least 1
 * @param best how many of those with the lowest validation loss, 0 or more
 * @param every keeps each whose step is a multiple of it; 0 for none
 */
public record Retention(int last, int best, long every) {
  /** Checks the numbers. */
  public Retention {
    if (last < 1) {
      throw new IllegalArgumentException("last must be at least 1, got " + last);
    }
    if (best < 0) {
      throw new IllegalArgumentException("best must be at least 0, got " + best);
    }
    if (every < 0) {
      throw new IllegalArgumentException("every must be at least 0, got " + every);
    }
  }

  /**
   * Returns which checkpoints stay. Of those with equal losses the newer are better; a loss that is
   * no number is none.
   *
   * @param losses the validation losses of all checkpoints, where they have one, by step
   */
  public Set<Long> kept(SortedMap<Long, OptionalDouble> losses) {
    List<Long> newestFirst = new ArrayList<>(losses.keySet());
    Collections.reverse(newestFirst);
    Set<Long> kept = new TreeSet<>();
    newestFirst.stream().limit(last).forEach(kept::add);
    newestFirst.stream().filter(step -> every > 0 && step % every == 0).forEach(kept::add);
    losses.entrySet().stream()
        .filter(entry -> !Double.isNaN(entry.getValue().orElse(Double.NaN)))
        .sorted(
            Comparator.<Map.Entry<Long, OptionalDouble>>comparingDouble(
                    entry -> entry.getValue().getAsDouble())
                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
        .limit(best)
        .forEach(entry -> kept.add(entry.getKey()));
    return kept;
  }
}
