package io.github.maque.data.pack;

import io.github.maque.data.internal.SplitMix64;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Several sources of sequences, used in proportion to their weights. Immutable.
 *
 * <pre>{@code
 * Mixture replay = Mixture.of(instructions, 0.9).and(stories, 0.1);
 * }</pre>
 *
 * <p>Weights are proportions of sequences; those of a mixture are divided by their sum and rounded
 * to multiples of 2<sup>-31</sup>. After any number n of draws, the draws from a source of rounded
 * weight w are fewer than one away from n·w. Each source goes through its own epochs.
 */
public final class Mixture {
  /** How many shares all sources have together. */
  static final long SHARES = 1L << 31;

  /** How many sequences of each source a fingerprint looks at, if it has so many. */
  static final int PROBES = 16;

  private final List<Sequences> sources;
  private final List<Double> weights;

  private Mixture(List<Sequences> sources, List<Double> weights) {
    this.sources = List.copyOf(sources);
    this.weights = List.copyOf(weights);
  }

  /** Returns a mixture of one source, which has all the weight. */
  public static Mixture of(Sequences source) {
    return of(source, 1);
  }

  /** Returns a mixture of one source, to which others may be added. */
  public static Mixture of(Sequences source, double weight) {
    return new Mixture(List.of(), List.of()).and(source, weight);
  }

  /**
   * Returns this mixture with one source more.
   *
   * @param source sequences as long as those here, one at least
   * @param weight a positive number; the sum of all must be finite
   */
  public Mixture and(Sequences source, double weight) {
    if (!(weight > 0 && sum(weights) + weight < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "weight must be positive and the sum of all finite, got " + weight + " after " + weights);
    }
    if (source.size() < 1 || source.size() > KeyedPermutation.MAX_SIZE) {
      throw new IllegalArgumentException(
          "source must have between 1 and 2^62 sequences, got " + source.size());
    }
    if (!sources.isEmpty() && source.length() != length()) {
      throw new IllegalArgumentException(
          String.format(
              "the sources of a mixture must have sequences of one length, got %d and %d",
              length(), source.length()));
    }
    List<Sequences> moreSources = new ArrayList<>(sources);
    moreSources.add(source);
    List<Double> moreWeights = new ArrayList<>(weights);
    moreWeights.add(weight);
    return new Mixture(moreSources, moreWeights);
  }

  /** Returns the sources in the order in which they were added. */
  public List<Sequences> sources() {
    return sources;
  }

  /** Returns the weights of the sources, as they were given. */
  public List<Double> weights() {
    return weights;
  }

  /** Returns how many tokens a sequence has. */
  public int length() {
    return sources.get(0).length();
  }

  /**
   * Returns how many of {@link #SHARES} each source has: its part rounded down, and one more for
   * those that lose the largest fractions by that, until all are given out.
   */
  long[] shares() {
    double sum = sum(weights);
    double[] exact = weights.stream().mapToDouble(weight -> weight / sum * SHARES).toArray();
    long[] shares = new long[exact.length];
    long left = SHARES;
    for (int i = 0; i < shares.length; i++) {
      shares[i] = (long) exact[i];
      left -= shares[i];
    }
    List<Integer> byLoss =
        IntStream.range(0, shares.length)
            .boxed()
            .sorted((a, b) -> Double.compare(exact[b] - shares[b], exact[a] - shares[a]))
            .collect(Collectors.toList());
    for (int i = 0; left != 0; i++) {
      shares[byLoss.get(i % shares.length)] += Long.signum(left);
      left -= Long.signum(left);
    }
    for (int i = 0; i < shares.length; i++) {
      if (shares[i] < 1) {
        throw new IllegalArgumentException(
            "weight must be at least 2^-31 of all weights, got "
                + weights.get(i)
                + " of "
                + sum
                + " for source "
                + i);
      }
    }
    return shares;
  }

  /** Returns a number that another order, other data or other weights hardly ever have. */
  long fingerprint(boolean shuffled) {
    long[] shares = shares();
    long hash = mix(DataState.VERSION, length());
    hash = mix(hash, shuffled ? 1 : 0);
    hash = mix(hash, sources.size());
    Row row = new Row(length());
    for (int i = 0; i < shares.length; i++) {
      Sequences source = sources.get(i);
      hash = mix(mix(hash, source.size()), shares[i]);
      long probes = Math.min(PROBES, source.size());
      for (long probe = 0; probe < probes; probe++) {
        source.read(probe * (source.size() / probes), row);
        for (int t = 0; t < row.length(); t++) {
          hash = mix(hash, row.ids[t] | (long) row.targets[t] << 32);
          hash = mix(hash, row.positions[t] | (long) row.segments[t] << 32);
          hash = mix(hash, Float.floatToIntBits(row.lossWeights[t]));
        }
      }
    }
    return hash;
  }

  private static double sum(List<Double> weights) {
    return weights.stream().mapToDouble(Double::doubleValue).sum();
  }

  private static long mix(long hash, long value) {
    return SplitMix64.mix((hash ^ value) + SplitMix64.GAMMA);
  }

  @Override
  public String toString() {
    return IntStream.range(0, sources.size())
        .mapToObj(
            i -> String.format(Locale.ROOT, "%,d × %s", sources.get(i).size(), weights.get(i)))
        .collect(Collectors.joining(", ", "sequences of " + length() + " tokens: ", ""));
  }
}
