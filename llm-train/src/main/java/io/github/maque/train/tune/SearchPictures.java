package io.github.maque.train.tune;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.OptionalDouble;

/** The pictures of a search and of a range test. */
final class SearchPictures {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 460;

  private SearchPictures() {}

  /** Draws the smoothed loss of each rate over the steps, of the first trial of each. */
  static byte[] curves(SearchEvidence evidence) {
    RateChart chart = new RateChart("Loss of each learning rate", "step", WIDTH, HEIGHT);
    List<RateResult> results = evidence.results();
    double top = top(evidence);
    for (int i = 0; i < results.size(); i++) {
      List<Double> smoothed = results.get(i).trials().get(0).smoothed();
      List<Double> steps = new ArrayList<>();
      List<Double> losses = new ArrayList<>();
      for (int step = 0; step < smoothed.size(); step++) {
        steps.add(step + 1.0);
        losses.add(smoothed.get(step) <= top ? smoothed.get(step) : top);
      }
      double part = results.size() == 1 ? 0 : (double) i / (results.size() - 1);
      String name =
          RateRange.text(results.get(i).rate()) + (results.get(i).diverged() ? " diverged" : "");
      chart.ramp(name, steps, losses, part, results.get(i).diverged());
    }
    return chart.png();
  }

  /** What diverged goes through the upper end of the picture, somewhat above where all began. */
  private static double top(SearchEvidence evidence) {
    double start = evidence.results().get(0).trials().get(0).losses().get(0);
    return start + 0.15 * Math.abs(start);
  }

  /** Draws the final loss over the rate. */
  static byte[] losses(SearchEvidence evidence) {
    RateChart chart = new RateChart("Final loss", "learning rate", WIDTH, HEIGHT);
    List<RateResult> survivors =
        evidence.results().stream().filter(result -> !result.diverged()).toList();
    List<RateResult> diverged = evidence.results().stream().filter(RateResult::diverged).toList();
    DoubleSummaryStatistics losses =
        survivors.stream().mapToDouble(RateResult::loss).summaryStatistics();
    double bottom = survivors.isEmpty() ? 0 : losses.getMin();
    double top = survivors.isEmpty() ? 1 : Math.max(losses.getMax(), bottom + 1e-3);
    chart.logarithmicRates(
        evidence.results().get(0).rate(),
        evidence.results().get(evidence.results().size() - 1).rate());
    mark(chart, evidence.recommendation(), bottom, top);
    chart.errors(
        "loss, with two standard errors of the difference to the best",
        survivors.stream().map(RateResult::rate).toList(),
        survivors.stream().map(RateResult::loss).toList(),
        survivors.stream().map(result -> 2 * result.excessError()).toList());
    chart.crosses(
        "diverged",
        diverged.stream().map(RateResult::rate).toList(),
        diverged.stream().map(result -> top).toList());
    return chart.png();
  }

  /** Draws the loss over the rate. */
  static byte[] rangeTest(RangeTestEvidence evidence) {
    RateChart chart = new RateChart("Range test", "learning rate", WIDTH, HEIGHT);
    List<RangeTestPoint> points = evidence.points();
    if (points.isEmpty()) {
      return chart.png();
    }
    double bottom = points.stream().mapToDouble(RangeTestPoint::smoothed).min().orElse(0);
    double start = points.get(0).smoothed();
    double top = Math.max(start + 0.15 * Math.abs(start), bottom + 1e-3);
    chart.logarithmicRates(points.get(0).rate(), points.get(points.size() - 1).rate());
    List<Double> rates = points.stream().map(RangeTestPoint::rate).toList();
    chart.faint("loss", rates, points.stream().map(point -> Math.min(top, point.loss())).toList());
    chart.line(
        "smoothed", rates, points.stream().map(point -> Math.min(top, point.smoothed())).toList());
    mark(chart, evidence.recommendation(), bottom, top);
    return chart.png();
  }

  private static void mark(
      RateChart chart, Recommendation recommendation, double bottom, double top) {
    OptionalDouble rate = recommendation.rate();
    if (rate.isPresent()) {
      chart.chosen(
          "recommended: " + RateRange.text(rate.getAsDouble()), rate.getAsDouble(), bottom, top);
    }
    OptionalDouble limit = recommendation.divergesAt();
    if (limit.isPresent()) {
      chart.limit(
          "diverges: " + RateRange.text(limit.getAsDouble()), limit.getAsDouble(), bottom, top);
    }
  }
}
