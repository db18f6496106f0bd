package io.github.maque.train.metric;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What happened in a run so far, each list in the order in which it happened.
 *
 * @param parts what the run was when it began, and each time it went on
 * @param end how the last part ended; empty if it is still going on, or was killed
 */
public record RunHistory(
    List<RunDescription> parts,
    List<StepMetrics> steps,
    List<Evaluation> evaluations,
    List<SavedCheckpoint> checkpoints,
    List<Warning> warnings,
    Optional<RunEnd> end) {
  /** The history of a run that has not begun. */
  public static final RunHistory EMPTY =
      new RunHistory(List.of(), List.of(), List.of(), List.of(), List.of(), Optional.empty());

  /** Copies the lists. */
  public RunHistory {
    parts = List.copyOf(parts);
    steps = List.copyOf(steps);
    evaluations = List.copyOf(evaluations);
    checkpoints = List.copyOf(checkpoints);
    warnings = List.copyOf(warnings);
  }

  /** Returns the evaluation with the lowest loss, the first of equals; a loss of NaN is none. */
  public Optional<Evaluation> best() {
    return evaluations.stream()
        .filter(evaluation -> !Double.isNaN(evaluation.loss()))
        .min(Comparator.comparingDouble(Evaluation::loss));
  }

  /** Returns how many updates were left out. */
  public long skipped() {
    return steps.stream().filter(StepMetrics::skipped).count();
  }

  /** Returns how long training, evaluating and copying checkpoints took, over all parts. */
  public double seconds() {
    return steps.stream().mapToDouble(StepMetrics::seconds).sum()
        + evaluations.stream().mapToDouble(Evaluation::seconds).sum()
        + checkpoints.stream().mapToDouble(SavedCheckpoint::copySeconds).sum();
  }

  /** Tells a listener of all updates and evaluations, in the order of their steps. */
  public void replay(TrainingListener listener) {
    int next = 0;
    for (StepMetrics step : steps) {
      while (next < evaluations.size() && evaluations.get(next).step() < step.step()) {
        listener.evaluated(evaluations.get(next++));
      }
      listener.stepped(step);
    }
    evaluations.subList(next, evaluations.size()).forEach(listener::evaluated);
  }
}
