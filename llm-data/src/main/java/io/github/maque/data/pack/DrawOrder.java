package io.github.maque.data.pack;

import io.github.maque.data.internal.SplitMix64;
import java.util.ArrayList;
import java.util.List;

/**
 * The endless order in which the sequences of a mixture are drawn. Used by one thread at a time.
 *
 * <p>Source i, of w<sub>i</sub> = shares / {@link Mixture#SHARES}, must have its draw number c
 * (from 0) not before draw ⌊c / w<sub>i</sub>⌋ of all, or it would be one ahead of its weight, and
 * before draw ⌈(c + 1) / w<sub>i</sub>⌉, or it would be one behind. Among the sources that may be
 * drawn, the one is drawn that must be first, and among those the first one. Drawing each source
 * all the time at the rate of its weight would keep within these bounds, so whole draws can too, as
 * the flow in a network with whole capacities can be whole; and for tasks of equal length, earliest
 * deadline first finds a way where there is one. (The problem is R. Tijdeman's of the chairman
 * assignment, 1980. To draw from the source that is furthest below its weight, which is Megatron's
 * way, sometimes leaves one behind by more than one.) With whole shares all this is exact, and
 * after as many draws as there are shares it begins anew.
 *
 * <p>Source i's epoch e is in the order of {@code KeyedPermutation(size, seed ^ mix(i), e)}, or of
 * the sequences' numbers if it is not shuffled. All this is version 1 of the order and never
 * changes.
 */
final class DrawOrder {
  private final long seed;
  private final boolean shuffled;
  private final int sources;
  private final long[] sizes;
  private final long[] shares;

  // How far each source has come: draws in all, and where in which epoch.
  private final long[] consumed;
  private final long[] epoch;
  private final long[] place;
  private final KeyedPermutation[] permutations;

  // Counted from the last time that all draws had been in proportion.
  private long draw;
  private final long[] drawn;
  private final long[] release;
  private final long[] deadline;

  private int source;
  private long sequence;

  /** Creates the order as it goes on from {@code state}. */
  DrawOrder(Mixture mixture, boolean shuffled, DataState state) {
    this.seed = state.seed();
    this.shuffled = shuffled;
    sources = mixture.sources().size();
    sizes = mixture.sources().stream().mapToLong(Sequences::size).toArray();
    shares = mixture.shares();
    consumed = state.consumed().stream().mapToLong(Long::longValue).toArray();
    epoch = new long[sources];
    place = new long[sources];
    permutations = new KeyedPermutation[sources];
    drawn = new long[sources];
    release = new long[sources];
    deadline = new long[sources];
    long total = state.total();
    draw = total % Mixture.SHARES;
    for (int i = 0; i < sources; i++) {
      drawn[i] = consumed[i] - total / Mixture.SHARES * shares[i];
      if (drawn[i] < 0
          || drawn[i] > shares[i]
          || Math.abs(drawn[i] * Mixture.SHARES - draw * shares[i]) >= Mixture.SHARES) {
        throw new IllegalArgumentException(
            "consumed must be in proportion to the weights of the sources, got "
                + state.consumed()
                + " for "
                + mixture);
      }
      schedule(i);
      epoch[i] = consumed[i] / sizes[i];
      place[i] = consumed[i] % sizes[i];
      permutations[i] = permutation(i);
    }
  }

  /** Draws the next sequence. */
  void next() {
    source = mostUrgent();
    if (place[source] == sizes[source]) {
      place[source] = 0;
      epoch[source]++;
      permutations[source] = permutation(source);
    }
    sequence = shuffled ? permutations[source].at(place[source]) : place[source];
    place[source]++;
    consumed[source]++;
    drawn[source]++;
    schedule(source);
    draw++;
    if (draw == Mixture.SHARES) {
      beginAnew();
    }
  }

  /** Returns the source that the last sequence drawn is in. */
  int source() {
    return source;
  }

  /** Returns the number that the last sequence drawn has in its source. */
  long sequence() {
    return sequence;
  }

  /** Returns how many sequences each source has given, over all epochs. */
  List<Long> consumed() {
    List<Long> counts = new ArrayList<>(sources);
    for (long count : consumed) {
      counts.add(count);
    }
    return counts;
  }

  private int mostUrgent() {
    int best = -1;
    for (int i = 0; i < sources; i++) {
      if (release[i] <= draw && (best < 0 || deadline[i] < deadline[best])) {
        best = i;
      }
    }
    return best;
  }

  private void beginAnew() {
    draw = 0;
    for (int i = 0; i < sources; i++) {
      drawn[i] = 0;
      schedule(i);
    }
  }

  /** Computes between which draws the next one from source {@code i} must be. */
  private void schedule(int i) {
    // At most 2^31 + 1 times 2^31.
    release[i] = drawn[i] * Mixture.SHARES / shares[i];
    deadline[i] = ((drawn[i] + 1) * Mixture.SHARES - 1) / shares[i] + 1;
  }

  private KeyedPermutation permutation(int i) {
    return new KeyedPermutation(sizes[i], seed ^ SplitMix64.mix(i), epoch[i]);
  }
}
