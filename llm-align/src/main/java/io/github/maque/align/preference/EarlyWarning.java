package io.github.maque.align.preference;

import io.github.maque.train.StopRule;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.StepMetrics;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when learning from preferences does harm, and stops it if it should: when even chosen
 * answers become unlikely, when the policy leaves its reference too far behind, when a figure of
 * held-out quality falls. Each of the three is judged only if it is asked for.
 *
 * <pre>{@code
 * EarlyWarning warning =
 *     EarlyWarning.builder()
 *         .chosenCollapse(0.5)
 *         .divergence(PolicySamples.DIVERGENCE, 0.3)
 *         .heldOut("rewards/accuracies", Better.HIGHER, 0.1)
 *         .action(Action.STOP)
 *         .build();
 * }</pre>
 *
 * <p>It is for one run, which tells each of the {@link #findings} once. A figure that is to be
 * watched and is not there is told in the log.
 */
public final class EarlyWarning implements StopRule {
  private static final Logger LOG = LoggerFactory.getLogger(EarlyWarning.class);

  /** What is done when something is found. */
  public enum Action {
    /** It is told, and the run goes on. */
    WARN,
    /** It is told, and the run is saved and ended. */
    STOP
  }

  /** Which way a figure is better. */
  public enum Better {
    /** The higher, the better, as with an accuracy. */
    HIGHER,
    /** The lower, the better, as with a loss. */
    LOWER
  }

  /** The name by which the loss of evaluations is asked for. */
  public static final String LOSS = "loss";

  private final Builder settings;
  private final Deque<Double> chosenLogRatios = new ArrayDeque<>();
  private final Map<String, String> findings = new LinkedHashMap<>();
  private final Set<String> missing = new HashSet<>();
  private double bestQuality = Double.NaN;
  private int worseInARow;

  private EarlyWarning(Builder settings) {
    this.settings = settings;
  }

  /** Returns a builder of one that judges nothing yet, and would stop. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns what was found, in the order in which it was. */
  @Override
  public List<String> findings() {
    return List.copyOf(findings.values());
  }

  @Override
  public Optional<String> reason() {
    return settings.action == Action.STOP
        ? findings.values().stream().findFirst()
        : Optional.empty();
  }

  @Override
  public void stepped(StepMetrics step) {
    if (!settings.watchesChosen() || step.skipped()) {
      return;
    }
    OptionalDouble figure = figure(step.others(), PreferenceObjective.CHOSEN_LOG_RATIO);
    if (figure.isEmpty()) {
      return;
    }
    chosenLogRatios.addLast(figure.getAsDouble());
    if (chosenLogRatios.size() > settings.window) {
      chosenLogRatios.removeFirst();
    }
    if (chosenLogRatios.size() == settings.window) {
      double mean =
          chosenLogRatios.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
      judgeCollapse(step.step(), mean, "over the last " + settings.window + " updates");
    }
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    Map<String, Double> figures = new LinkedHashMap<>(evaluation.figures());
    figures.put(LOSS, evaluation.loss());
    Double chosen = figures.get(PreferenceObjective.CHOSEN_LOG_RATIO);
    if (settings.watchesChosen() && chosen != null) {
      judgeCollapse(evaluation.step(), chosen, "on held-out pairs");
    }
    if (!settings.divergence.isEmpty()) {
      figure(figures, settings.divergence)
          .ifPresent(divergence -> judgeDivergence(evaluation.step(), divergence));
    }
    if (!settings.quality.isEmpty()) {
      figure(figures, settings.quality)
          .ifPresent(quality -> judgeQuality(evaluation.step(), quality));
    }
  }

  /** Returns a figure that is watched, and says so if there is none. */
  private OptionalDouble figure(Map<String, Double> figures, String name) {
    Double value = figures.get(name);
    if (value != null) {
      return OptionalDouble.of(value);
    }
    if (missing.add(name)) {
      LOG.warn("{} is not among the figures {}: it cannot be judged", name, figures.keySet());
    }
    return OptionalDouble.empty();
  }

  private void judgeDivergence(long step, double divergence) {
    if (!(divergence <= settings.mostDivergence)) {
      found(
          step,
          "divergence",
          String.format(
              "%s is %.4g nats a token, and should be at most %.4g",
              settings.divergence, divergence, settings.mostDivergence));
    }
  }

  private void judgeCollapse(long step, double logRatio, String where) {
    if (!(logRatio >= -settings.mostCollapse)) {
      found(
          step,
          "collapse",
          String.format(
              "a token of chosen answers has a log-probability %.4g nats below the reference's %s,"
                  + " and should have at most %.4g",
              -logRatio, where, settings.mostCollapse));
    }
  }

  private void judgeQuality(long step, double quality) {
    double best = bestQuality;
    double gained = settings.better == Better.HIGHER ? quality - best : best - quality;
    // Nothing can lose a share of 0, which an accuracy often is before the first update.
    boolean worse =
        Double.isNaN(quality) || best != 0 && gained < -settings.mostFall * Math.abs(best);
    worseInARow = worse ? worseInARow + 1 : 0;
    if (Double.isNaN(best) || gained > 0) {
      bestQuality = quality;
    }
    if (worseInARow >= settings.patience) {
      found(
          step,
          "quality",
          String.format(
              "%s was %.4g at best and is %.4g, worse by more than %.3g %% in %d evaluations in a"
                  + " row",
              settings.quality, best, quality, 100 * settings.mostFall, worseInARow));
    }
  }

  private void found(long step, String what, String message) {
    findings.putIfAbsent(what, "step " + step + ": " + message);
  }

  /** Says what is watched. */
  public static final class Builder {
    private double mostCollapse = Double.POSITIVE_INFINITY;
    private int window = 10;
    private String divergence = "";
    private double mostDivergence = Double.POSITIVE_INFINITY;
    private String quality = "";
    private Better better = Better.HIGHER;
    private double mostFall;
    private int patience = 2;
    private Action action = Action.STOP;

    private Builder() {}

    private Builder(Builder other) {
      mostCollapse = other.mostCollapse;
      window = other.window;
      divergence = other.divergence;
      mostDivergence = other.mostDivergence;
      quality = other.quality;
      better = other.better;
      mostFall = other.mostFall;
      patience = other.patience;
      action = other.action;
    }

    /**
     * Watches chosen answers, in training and in evaluations; needs a reference.
     *
     * @param nats by how much the log-probability of a token of them may fall below the
     *     reference's, on average; above 0
     */
    public Builder chosenCollapse(double nats) {
      Ranges.requirePositive("chosenCollapse", nats);
      mostCollapse = nats;
      return this;
    }

    /** Sets over how many updates chosen answers are judged; 10 if not set. */
    public Builder window(int updates) {
      if (updates < 1) {
        throw new IllegalArgumentException("window must be at least 1, got " + updates);
      }
      window = updates;
      return this;
    }

    /**
     * Watches a divergence in evaluations.
     *
     * @param figure its name, such as {@link PolicySamples#DIVERGENCE}
     * @param nats how large it may become; above 0
     */
    public Builder divergence(String figure, double nats) {
      Ranges.requirePositive("divergence", nats);
      divergence = requireName(figure);
      mostDivergence = nats;
      return this;
    }

    /**
     * Watches a figure of evaluations. While its best value is 0 it is not judged.
     *
     * @param figure its name; {@link EarlyWarning#LOSS} for the loss
     * @param which which way it is better
     * @param share by which part of its best value so far it may be worse, such as 0.1; 0 or more
     */
    public Builder heldOut(String figure, Better which, double share) {
      Ranges.requireNotNegative("share", share);
      quality = requireName(figure);
      better = which;
      mostFall = share;
      return this;
    }

    /** Sets in how many evaluations in a row the figure must be worse; 2 if not set. */
    public Builder patience(int evaluations) {
      if (evaluations < 1) {
        throw new IllegalArgumentException("patience must be at least 1, got " + evaluations);
      }
      patience = evaluations;
      return this;
    }

    /** Sets what is done when something is found; {@link Action#STOP} if not set. */
    public Builder action(Action wanted) {
      action = wanted;
      return this;
    }

    /**
     * Returns the rule.
     *
     * @throws IllegalArgumentException if nothing is to be watched
     */
    public EarlyWarning build() {
      if (!watchesChosen() && divergence.isEmpty() && quality.isEmpty()) {
        throw new IllegalArgumentException(
            "one of chosenCollapse, divergence and heldOut must be set, or nothing is watched");
      }
      return new EarlyWarning(new Builder(this));
    }

    private boolean watchesChosen() {
      return mostCollapse != Double.POSITIVE_INFINITY;
    }

    private static String requireName(String figure) {
      if (figure.isBlank()) {
        throw new IllegalArgumentException("figure must be a name, got \"" + figure + "\"");
      }
      return figure;
    }
  }
}
