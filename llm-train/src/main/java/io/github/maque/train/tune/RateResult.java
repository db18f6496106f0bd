package io.github.maque.train.tune;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What came of a learning rate.
 *
 * @param rate the rate
 * @param trials a run for each seed; the rest was not run if one diverged
 * @param loss the mean loss of the last fifth of the runs, NaN if one diverged
 * @param lossError its standard error
 * @param excess by how much the loss is above the lowest of all rates, NaN if a run diverged
 * @param excessError the standard error of {@code excess}: far less than that of the loss, as both
 *     rates have seen the same batches; 0 for the best rate
 */
public record RateResult(
    double rate,
    List<Trial> trials,
    double loss,
    double lossError,
    double excess,
    double excessError) {
  /** How many standard errors a difference is above chance. */
  private static final double BEYOND_CHANCE = 2;

  /** Copies the list. */
  public RateResult {
    trials = List.copyOf(trials);
  }

  /** Returns whether a run diverged. */
  public boolean diverged() {
    return trials.stream().anyMatch(Trial::diverged);
  }

  /**
   * Returns whether the rate is as good as the best, as far as can be told: {@link #excess} is no
   * more than two standard errors.
   */
  public boolean withinNoise() {
    return excess <= BEYOND_CHANCE * excessError;
  }

  /** Compares the trials of each rate, in the order of the rates, with those of the best one. */
  static List<RateResult> of(List<List<Trial>> byRate) {
    List<RateResult> alone = byRate.stream().map(RateResult::alone).toList();
    RateResult best =
        alone.stream()
            .filter(result -> !result.diverged())
            .min((a, b) -> Double.compare(a.loss, b.loss))
            .orElse(null);
    if (best == null) {
      return alone;
    }
    double variance = varianceNear(best, alone);
    return alone.stream().map(result -> result.comparedTo(best, variance)).toList();
  }

  /**
   * Returns how much runs differ at the half of the rates that are nearest to the best. Two or
   * three runs of one rate tell little; and a rate that barely survives differs so much from run to
   * run that with it, all rates would seem alike.
   */
  private static double varianceNear(RateResult best, List<RateResult> all) {
    List<RateResult> others =
        all.stream()
            .filter(result -> !result.diverged() && result.rate != best.rate)
            .sorted(Comparator.comparingDouble(RateResult::loss))
            .toList();
    return others.stream()
        .limit((others.size() + 1) / 2)
        .mapToDouble(result -> Estimate.varianceBetween(result.differences(best)))
        .average()
        .orElse(0);
  }

  private static RateResult alone(List<Trial> trials) {
    boolean diverged = trials.stream().anyMatch(Trial::diverged);
    List<double[]> runs = trials.stream().map(Trial::last).toList();
    Estimate loss = diverged ? Estimate.NONE : Estimate.of(runs, Estimate.varianceBetween(runs));
    return new RateResult(
        trials.get(0).rate(), trials, loss.mean(), loss.error(), Double.NaN, Double.NaN);
  }

  private RateResult comparedTo(RateResult best, double varianceBetween) {
    if (diverged()) {
      return this;
    }
    Estimate difference = Estimate.of(differences(best), best.rate == rate ? 0 : varianceBetween);
    return new RateResult(rate, trials, loss, lossError, difference.mean(), difference.error());
  }

  /** Returns for each run by how much its losses are above those of the best rate. */
  private List<double[]> differences(RateResult best) {
    List<double[]> differences = new ArrayList<>();
    for (int run = 0; run < trials.size(); run++) {
      double[] these = trials.get(run).last();
      double[] those = best.trials.get(run).last();
      for (int i = 0; i < these.length; i++) {
        these[i] -= those[i];
      }
      differences.add(these);
    }
    return differences;
  }
}
