package io.github.maque.train.tune;

import io.github.maque.train.tune.Recommendation.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What follows from a range test. */
final class RangeTestJudgement {
  /** What part of what the loss had fallen it has risen again when the rate counts as too high. */
  private static final double RISEN = 0.5;

  private final List<RangeTestPoint> points;
  private final List<String> reasons = new ArrayList<>();

  private RangeTestJudgement(List<RangeTestPoint> points) {
    this.points = points;
  }

  /**
   * Judges.
   *
   * @param stopped whether the run was stopped as diverged
   * @param passes how often the run goes over the data
   */
  static Recommendation of(List<RangeTestPoint> points, boolean stopped, double passes) {
    if (points.size() < 5) {
      return new Recommendation(
          OptionalDouble.empty(),
          points.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(points.get(0).rate()),
          Verdict.AT_THE_EDGE,
          List.of("The run diverged at once: try lower rates."));
    }
    RangeTestJudgement judgement = new RangeTestJudgement(points);
    Recommendation recommendation = judgement.recommend(stopped);
    if (passes > 1) {
      judgement.reasons.add(
          String.format(
              Locale.ROOT,
              "The run goes over the data %.1f times: its loss tells what was remembered, not only"
                  + " what was learnt.",
              passes));
    }
    return new Recommendation(
        recommendation.rate(),
        recommendation.divergesAt(),
        recommendation.verdict(),
        judgement.reasons);
  }

  private Recommendation recommend(boolean stopped) {
    int lowest = lowest();
    if (!falls(lowest)) {
      return withoutFall(stopped);
    }
    int steepest = steepest(lowest);
    double rate = points.get(steepest).rate();
    OptionalDouble divergesAt = divergesAt(lowest, stopped);
    reasons.add(
        String.format(
            Locale.ROOT,
            "The loss falls most steeply at the rate %s, and is lowest, %.4f, at %s.",
            RateRange.text(rate),
            points.get(lowest).smoothed(),
            RateRange.text(points.get(lowest).rate())));
    double limit = divergesAt.orElse(Double.POSITIVE_INFINITY) / SearchJudgement.SAFETY_FACTOR;
    if (divergesAt.isPresent()) {
      reasons.add(
          String.format(
              "It has risen again at %s%s.",
              RateRange.text(divergesAt.getAsDouble()),
              rate > limit ? ": a third of that is safe, and what is higher is not" : ""));
    }
    double lowestRate = points.get(0).rate();
    if (limit < lowestRate) {
      reasons.add("No rate that was tried is so low: try lower ones.");
      return recommendation(OptionalDouble.empty(), divergesAt, Verdict.AT_THE_EDGE);
    }
    double safe = Math.max(lowestRate, RateRange.rounded(Math.min(rate, limit)));
    return recommendation(
        OptionalDouble.of(safe), divergesAt, verdict(steepest, divergesAt.isPresent()));
  }

  /** Returns whether the loss falls by more than its noise. */
  private boolean falls(int lowest) {
    double fall = points.get(0).smoothed() - points.get(lowest).smoothed();
    double scatter =
        Math.sqrt(
            points.stream()
                .limit(lowest + 1L)
                .mapToDouble(point -> Math.pow(point.loss() - point.smoothed(), 2))
                .average()
                .orElse(0));
    return fall > 2 * scatter;
  }

  private Recommendation withoutFall(boolean stopped) {
    if (stopped) {
      reasons.add("The run diverged, and its loss had not fallen before: try lower rates.");
      double last = points.get(points.size() - 1).rate();
      return recommendation(OptionalDouble.empty(), OptionalDouble.of(last), Verdict.AT_THE_EDGE);
    }
    reasons.add("The loss hardly falls, by its noise: more steps would tell more.");
    return recommendation(OptionalDouble.empty(), OptionalDouble.empty(), Verdict.FLAT);
  }

  private Recommendation recommendation(
      OptionalDouble rate, OptionalDouble divergesAt, Verdict verdict) {
    return new Recommendation(rate, divergesAt, verdict, reasons);
  }

  private int lowest() {
    int lowest = 0;
    for (int i = 1; i < points.size(); i++) {
      lowest = points.get(i).smoothed() < points.get(lowest).smoothed() ? i : lowest;
    }
    return lowest;
  }

  private int steepest(int end) {
    int steepest = 0;
    for (int i = 1; i <= end; i++) {
      steepest = points.get(i).slope() < points.get(steepest).slope() ? i : steepest;
    }
    return steepest;
  }

  private OptionalDouble divergesAt(int lowest, boolean stopped) {
    double bottom = points.get(lowest).smoothed();
    double limit = bottom + RISEN * (points.get(0).smoothed() - bottom);
    for (int i = lowest + 1; i < points.size(); i++) {
      if (points.get(i).smoothed() > limit) {
        return OptionalDouble.of(points.get(i).rate());
      }
    }
    return stopped
        ? OptionalDouble.of(points.get(points.size() - 1).rate())
        : OptionalDouble.empty();
  }

  private Verdict verdict(int steepest, boolean diverged) {
    if (steepest < points.size() / 20) {
      reasons.add("The loss falls most steeply at the lowest rates: try lower ones.");
      return Verdict.AT_THE_EDGE;
    }
    if (!diverged) {
      reasons.add("It has not risen again at the highest rate: try higher ones.");
      return Verdict.AT_THE_EDGE;
    }
    return Verdict.CLEAR;
  }
}
