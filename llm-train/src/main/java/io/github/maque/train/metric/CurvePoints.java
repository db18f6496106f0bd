package io.github.maque.train.metric;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The points of a curve, from left to right.
 *
 * @param x steps
 * @param y finite values
 */
record CurvePoints(double[] x, double[] y) {
  /** As many as a picture can show. */
  static final int MOST = 2000;

  /** What is larger is drawn as if it were this: sums of it are finite still. */
  private static final double LARGEST = 1e100;

  /** Returns a point for each of {@code events} that is chosen and whose value is finite. */
  static <T> CurvePoints of(
      List<T> events, Predicate<T> choice, ToLongFunction<T> step, ToDoubleFunction<T> value) {
    List<T> chosen =
        events.stream()
            .filter(choice)
            .filter(event -> Double.isFinite(value.applyAsDouble(event)))
            .toList();
    return new CurvePoints(
        chosen.stream().mapToDouble(step::applyAsLong).toArray(),
        chosen.stream()
            .mapToDouble(value)
            .map(each -> Math.max(-LARGEST, Math.min(LARGEST, each)))
            .toArray());
  }

  int size() {
    return x.length;
  }

  /**
   * Returns at most {@code most} of the points. Neighbours are put together, and the lowest and the
   * highest of them stay, so that no spike is lost; the first and the last point stay too.
   */
  CurvePoints thinned(int most) {
    if (size() <= most) {
      return this;
    }
    BitSet kept = new BitSet(size());
    kept.set(0);
    kept.set(size() - 1);
    int buckets = (most - 2) / 2;
    for (int bucket = 0; bucket < buckets; bucket++) {
      int lowest = (int) ((long) bucket * size() / buckets);
      int highest = lowest;
      int end = (int) ((long) (bucket + 1) * size() / buckets);
      for (int i = lowest + 1; i < end; i++) {
        lowest = y[i] < y[lowest] ? i : lowest;
        highest = y[i] > y[highest] ? i : highest;
      }
      kept.set(lowest);
      kept.set(highest);
    }
    return at(kept.stream().toArray());
  }

  /**
   * Returns the medians of neighbours, a fiftieth of all points each, for no more than {@code most}
   * of the points. A median keeps where a curve falls and leaves out spikes. At the beginning,
   * where curves are steepest, neighbours are fewer.
   */
  CurvePoints smoothed(int most) {
    int reach = size() < 20 ? 0 : size() / 100 + 1;
    int count = Math.min(size(), most);
    int[] centers = new int[count];
    double[] medians = new double[count];
    for (int i = 0; i < count; i++) {
      int center = count == 1 ? 0 : (int) ((long) i * (size() - 1) / (count - 1));
      int before = Math.min(reach, center);
      int end = Math.min(size(), center + before + 1);
      double[] sorted = Arrays.copyOfRange(y, center - before, end);
      Arrays.sort(sorted);
      centers[i] = center;
      medians[i] = sorted[sorted.length / 2];
    }
    return new CurvePoints(at(centers).x, medians);
  }

  /** Returns the points whose values are above {@code limit}. */
  CurvePoints above(double limit) {
    BitSet chosen = new BitSet(size());
    for (int i = 0; i < size(); i++) {
      chosen.set(i, y[i] > limit);
    }
    return at(chosen.stream().toArray());
  }

  /** Returns the same points, their values multiplied. */
  CurvePoints times(double factor) {
    return new CurvePoints(x, Arrays.stream(y).map(value -> value * factor).toArray());
  }

  /** Returns the same points, those above {@code limit} lowered to it. */
  CurvePoints atMost(double limit) {
    return new CurvePoints(x, Arrays.stream(y).map(value -> Math.min(value, limit)).toArray());
  }

  /** Returns the value that a {@code part} of all values is not above. */
  double quantile(double part) {
    double[] sorted = y.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(size() - 1L, Math.round(part * (size() - 1)))];
  }

  private CurvePoints at(int[] indices) {
    return new CurvePoints(
        Arrays.stream(indices).mapToDouble(i -> x[i]).toArray(),
        Arrays.stream(indices).mapToDouble(i -> y[i]).toArray());
  }
}
