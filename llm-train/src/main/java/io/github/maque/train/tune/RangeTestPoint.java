package io.github.maque.train.tune;

import java.util.ArrayList;
import java.util.List;

/**
 * An update of a range test.
 *
 * @param rate that it was made with
 * @param loss of its batch, before it
 * @param smoothed the loss at this point of a straight line through the neighbours, a twentieth of
 *     the run to each side: unlike an average of what was before, it does not lag behind the rate;
 *     a loss more than 15 % above the first one counts as no more than that, since one that
 *     explodes would bend the line where losses still fall
 * @param slope of that line, in loss over the natural logarithm of the rate
 */
public record RangeTestPoint(double rate, double loss, double smoothed, double slope) {
  /** By what part of the first loss a loss counts as higher at most. */
  private static final double MOST_ABOVE_FIRST = 0.15;

  /** Returns a point for each finite loss. */
  static List<RangeTestPoint> of(List<Double> rates, List<Double> losses, int steps) {
    int count = 0;
    while (count < losses.size() && Double.isFinite(losses.get(count))) {
      count++;
    }
    List<Double> clipped = clipped(losses);
    int reach = Math.max(3, steps / 20);
    List<RangeTestPoint> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RangeTestPoint fitted =
          point(rates, clipped, i, Math.max(0, i - reach), Math.min(count, i + reach + 1));
      points.add(new RangeTestPoint(fitted.rate, losses.get(i), fitted.smoothed, fitted.slope));
    }
    return points;
  }

  private static List<Double> clipped(List<Double> losses) {
    if (losses.isEmpty()) {
      return losses;
    }
    double most = losses.get(0) + MOST_ABOVE_FIRST * Math.abs(losses.get(0));
    return losses.stream().map(loss -> Math.min(loss, most)).toList();
  }

  /** Fits a line by least squares; rates are in equal ratios. */
  private static RangeTestPoint point(
      List<Double> rates, List<Double> losses, int at, int from, int to) {
    double middle = (from + to - 1) / 2.0;
    double mean = losses.subList(from, to).stream().mapToDouble(loss -> loss).sum() / (to - from);
    double products = 0;
    double squares = 0;
    for (int i = from; i < to; i++) {
      products += (i - middle) * (losses.get(i) - mean);
      squares += (i - middle) * (i - middle);
    }
    double perStep = squares == 0 ? 0 : products / squares;
    double step = to - from > 1 ? Math.log(rates.get(from + 1) / rates.get(from)) : 1;
    return new RangeTestPoint(
        rates.get(at), losses.get(at), mean + perStep * (at - middle), perStep / step);
  }
}
