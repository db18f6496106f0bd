package io.github.maque.train.tune;

import io.github.maque.train.tune.Recommendation.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What follows from the trials of several rates. */
final class SearchJudgement {
  /** How far below the lowest rate that diverged the recommended one is, at least. */
  static final double SAFETY_FACTOR = 3;

  /** Rates that far apart, and no difference: that is no answer. */
  private static final double FLAT_FACTOR = 10;

  /** Rates that are nearer to each other make no difference. */
  private static final double WORTH_TRYING = 1.1;

  /** How much longer a run may be than a trial without a word. */
  private static final double LONG_RUN = 10;

  private final List<RateResult> results;
  private final List<RateResult> survivors;
  private final OptionalDouble divergesAt;
  private final List<String> reasons = new ArrayList<>();

  private SearchJudgement(List<RateResult> results) {
    this.results = results;
    divergesAt =
        results.stream().filter(RateResult::diverged).mapToDouble(RateResult::rate).findFirst();
    survivors = results.stream().filter(result -> !result.diverged()).toList();
  }

  /**
   * Judges.
   *
   * @param results from the lowest rate to the highest
   * @param runOfTrials how many times as long as a trial the run is
   * @param passes how often a trial goes over the data
   */
  static Recommendation of(List<RateResult> results, double runOfTrials, double passes) {
    SearchJudgement judgement = new SearchJudgement(results);
    Recommendation recommendation = judgement.recommend();
    List<String> reasons = new ArrayList<>(recommendation.reasons());
    if (results.stream().allMatch(result -> result.trials().size() == 1)) {
      reasons.add("Each rate had one trial: how much runs differ by chance is not known.");
    }
    if (passes > 1) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "A trial goes over the data %.1f times: its loss tells what was remembered, not only"
                  + " what was learnt.",
              passes));
    }
    if (runOfTrials > LONG_RUN) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "The run is %.0f times as long as a trial. The best rate of a longer run is lower;"
                  + " longer trials tell more.",
              runOfTrials));
    }
    return new Recommendation(
        recommendation.rate(), recommendation.divergesAt(), recommendation.verdict(), reasons);
  }

  private Recommendation recommend() {
    if (survivors.isEmpty()) {
      reasons.add("All rates diverged: try lower ones.");
      return recommendation(OptionalDouble.empty(), Verdict.AT_THE_EDGE);
    }
    int best = best(survivors);
    List<RateResult> plateau = plateau(best);
    RateResult lowest = plateau.get(0);
    RateResult highest = plateau.get(plateau.size() - 1);
    reasons.add(
        String.format(
            Locale.ROOT,
            "The lowest loss is %.4f, with the rate %s.",
            survivors.get(best).loss(),
            RateRange.text(survivors.get(best).rate())));
    if (plateau.size() > 1) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "Rates from %s to %s cannot be told from it: their losses are no more than two"
                  + " standard errors above.",
              RateRange.text(lowest.rate()),
              RateRange.text(highest.rate())));
    }
    Verdict verdict = verdict(survivors.get(best), lowest, highest);
    List<RateResult> safe = safe(highest);
    if (safe.isEmpty()) {
      return recommendation(OptionalDouble.empty(), Verdict.AT_THE_EDGE);
    }
    RateResult chosen =
        verdict == Verdict.FLAT
            ? safe.get(best(safe))
            : largest(plateau, safe).orElseGet(() -> safe.get(best(safe)));
    if (verdict == Verdict.CLEAR && !chosen.withinNoise()) {
      tellWhatSafetyCosts(chosen);
      verdict = Verdict.NEAR_DIVERGENCE;
    }
    return recommendation(OptionalDouble.of(chosen.rate()), verdict);
  }

  private static Optional<RateResult> largest(List<RateResult> plateau, List<RateResult> safe) {
    return plateau.stream().filter(safe::contains).reduce((lower, higher) -> higher);
  }

  private static int best(List<RateResult> results) {
    int best = 0;
    for (int i = 1; i < results.size(); i++) {
      best = results.get(i).loss() < results.get(best).loss() ? i : best;
    }
    return best;
  }

  /** Returns the neighbours of the best rate that are as good as far as can be told, and itself. */
  private List<RateResult> plateau(int best) {
    int first = best;
    while (first > 0 && survivors.get(first - 1).withinNoise()) {
      first--;
    }
    int last = best;
    while (last + 1 < survivors.size() && survivors.get(last + 1).withinNoise()) {
      last++;
    }
    return survivors.subList(first, last + 1);
  }

  /** Returns the rates that are far enough from divergence; tells what is not. */
  private List<RateResult> safe(RateResult highestOfPlateau) {
    if (divergesAt.isEmpty()) {
      return survivors;
    }
    boolean reached = highestOfPlateau.rate() <= limit();
    reasons.add(
        String.format(
            Locale.ROOT,
            "The rate %s diverged%s.",
            RateRange.text(divergesAt.getAsDouble()),
            reached
                ? ""
                : String.format(
                    Locale.ROOT,
                    ": %.0f times below it is safe, and what is higher is not",
                    SAFETY_FACTOR)));
    List<RateResult> safe = survivors.stream().filter(result -> result.rate() <= limit()).toList();
    if (safe.isEmpty()) {
      reasons.add("No rate that was tried is so low: try lower ones.");
    }
    return safe;
  }

  private double limit() {
    return divergesAt.orElse(Double.POSITIVE_INFINITY) / SAFETY_FACTOR * (1 + 1e-9);
  }

  private void tellWhatSafetyCosts(RateResult chosen) {
    String rate = RateRange.text(chosen.rate());
    String between =
        limit() > WORTH_TRYING * chosen.rate()
            ? String.format(": try rates between %s and %s", rate, RateRange.text(limit()))
            : "";
    reasons.add(
        String.format(
            Locale.ROOT,
            "The rate %s is safe, but its loss is %.4f above the lowest%s.",
            rate,
            chosen.excess(),
            between));
  }

  private Verdict verdict(RateResult best, RateResult lowest, RateResult highest) {
    boolean openBelow = lowest.rate() == results.get(0).rate();
    boolean openAbove = highest.rate() == results.get(results.size() - 1).rate();
    boolean wide = highest.rate() >= lowest.rate() * FLAT_FACTOR;
    if (openBelow && openAbove) {
      reasons.add("No rate is better than another: trials need more steps, or more repeats.");
      return Verdict.FLAT;
    }
    if (best.rate() == results.get(0).rate()) {
      reasons.add("The best rate is the lowest: try lower ones.");
      return Verdict.AT_THE_EDGE;
    }
    if (openAbove) {
      reasons.add("The highest rate is as good as any: try higher ones.");
      return Verdict.AT_THE_EDGE;
    }
    if (openBelow || wide) {
      reasons.add("Very different rates are as good: more steps or more repeats would tell more.");
      return Verdict.FLAT;
    }
    reasons.add("Lower rates are worse, and higher ones are worse or diverged.");
    return Verdict.CLEAR;
  }

  private Recommendation recommendation(OptionalDouble rate, Verdict verdict) {
    return new Recommendation(rate, divergesAt, verdict, reasons);
  }
}
