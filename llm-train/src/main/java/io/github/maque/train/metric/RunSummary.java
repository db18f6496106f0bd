package io.github.maque.train.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What a run has come to, in a few figures. What is not known is empty, or NaN.
 *
 * @param step the number of the last update
 * @param plannedSteps how many updates the run is to make
 * @param tokens how many tokens it has read, padding not counted
 * @param trainingLoss the mean of the last updates, those that were left out not counted
 * @param lossSteps of how many updates that is the mean: the last hundredth of the run, at least 20
 * @param seconds how long training, evaluating and copying checkpoints took
 * @param tokensPerSecond the median over all updates
 * @param utilization the median part of the measured rate of matrix products
 * @param memoryBytes what was in use at most, or 0
 * @param skipped how many updates were left out
 * @param best the evaluation with the lowest loss
 * @param last the last evaluation that has a loss
 * @param figures others, in the order of their names
 */
public record RunSummary(
    long step,
    OptionalLong plannedSteps,
    long tokens,
    OptionalDouble trainingLoss,
    int lossSteps,
    double seconds,
    double tokensPerSecond,
    double utilization,
    long memoryBytes,
    long skipped,
    Optional<Evaluation> best,
    Optional<Evaluation> last,
    List<Figure> figures) {
  private static final int LEAST_LOSS_STEPS = 20;

  /** Copies the list. */
  public RunSummary {
    figures = List.copyOf(figures);
  }

  /**
   * A figure of an objective's or a probe's own.
   *
   * @param training the mean over the same updates as the training loss
   * @param first of the first evaluation that has it
   * @param last of the last evaluation that has it
   */
  public record Figure(
      String name, OptionalDouble training, OptionalDouble first, OptionalDouble last) {}

  /** Summarizes a run, which may still go on. */
  public static RunSummary of(RunHistory history) {
    List<StepMetrics> steps = history.steps();
    Optional<StepMetrics> end = last(steps);
    List<StepMetrics> lately =
        steps.subList(
            Math.max(0, steps.size() - Math.max(LEAST_LOSS_STEPS, steps.size() / 100)),
            steps.size());
    List<Evaluation> withLoss =
        history.evaluations().stream().filter(one -> !Double.isNaN(one.loss())).toList();
    return new RunSummary(
        end.map(StepMetrics::step).orElse(0L),
        last(history.parts())
            .map(part -> OptionalLong.of(part.steps()))
            .orElseGet(OptionalLong::empty),
        end.map(StepMetrics::tokens).orElse(0L),
        mean(lately, StepMetrics::loss),
        lately.size(),
        history.seconds(),
        median(steps, StepMetrics::tokensPerSecond),
        median(steps, StepMetrics::utilization),
        steps.stream().mapToLong(StepMetrics::memoryBytes).max().orElse(0),
        history.skipped(),
        history.best(),
        last(withLoss),
        figures(history, lately));
  }

  /** Returns the names of all figures that updates or evaluations have, in order. */
  static List<String> figureNames(RunHistory history) {
    return List.copyOf(
        Stream.concat(
                history.steps().stream().flatMap(step -> step.others().keySet().stream()),
                history.evaluations().stream().flatMap(one -> one.figures().keySet().stream()))
            .collect(TreeSet::new, TreeSet::add, TreeSet::addAll));
  }

  private static List<Figure> figures(RunHistory history, List<StepMetrics> lately) {
    List<Figure> figures = new ArrayList<>();
    for (String name : figureNames(history)) {
      List<Double> found =
          history.evaluations().stream()
              .map(one -> one.figures().getOrDefault(name, Double.NaN))
              .filter(Predicate.not(value -> value.isNaN()))
              .toList();
      figures.add(
          new Figure(
              name,
              mean(lately, step -> step.others().getOrDefault(name, Double.NaN)),
              found.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(found.get(0)),
              found.isEmpty()
                  ? OptionalDouble.empty()
                  : OptionalDouble.of(found.get(found.size() - 1))));
    }
    return figures;
  }

  private static OptionalDouble mean(List<StepMetrics> steps, ToDoubleFunction<StepMetrics> value) {
    return steps.stream()
        .filter(step -> !step.skipped())
        .mapToDouble(value)
        .filter(Double::isFinite)
        .average();
  }

  private static double median(List<StepMetrics> steps, ToDoubleFunction<StepMetrics> value) {
    double[] sorted = steps.stream().mapToDouble(value).filter(Double::isFinite).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }

  private static <T> Optional<T> last(List<T> list) {
    return list.isEmpty() ? Optional.empty() : Optional.of(list.get(list.size() - 1));
  }
}
