package io.github.maque.train;

import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.metric.Warning;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.Function;

/** Updates whose figures nobody has looked at, and what is told of them when somebody does. */
final class PendingUpdates implements AutoCloseable {
  private final TrainingListener listener;
  private final StepRules rules;
  private final Speed speed;
  private final Function<Update, String> writtenBatch;
  private final Deque<Update> updates = new ArrayDeque<>();

  /**
   * An update.
   *
   * @param tokens that it was made of, padding not counted
   * @param tokensSoFar all that the run has read
   * @param dataBefore where the data were before its batch
   */
  record Update(
      long step,
      int tokens,
      long tokensSoFar,
      double learningRate,
      String dataBefore,
      StepFigures figures) {}

  /**
   * Creates an empty list.
   *
   * @param writtenBatch writes the batch of an update that the run fails with, and says where
   */
  PendingUpdates(
      TrainingListener listener,
      StepRules rules,
      Speed speed,
      Function<Update, String> writtenBatch) {
    this.listener = listener;
    this.rules = rules;
    this.speed = speed;
    this.writtenBatch = writtenBatch;
  }

  void add(Update update) {
    updates.add(update);
  }

  /**
   * Waits for the device, and tells what came of the updates since the last look.
   *
   * @throws TrainingFailedException if too many have been left out
   */
  void look() {
    int count = updates.size();
    while (!updates.isEmpty()) {
      Update update = updates.remove();
      try (StepFigures figures = update.figures) {
        StepFigures.Values values = figures.values();
        listener.stepped(metrics(update, values, count));
        warn(update, values);
        requireProgress(update, values);
      }
    }
    speed.restart();
  }

  private StepMetrics metrics(Update update, StepFigures.Values values, int count) {
    double seconds = speed.add(update.tokens, count);
    return new StepMetrics(
        update.step,
        update.tokensSoFar,
        values.loss(),
        update.learningRate,
        values.gradientNorm(),
        values.skipped(),
        values.lossScale(),
        seconds,
        speed.tokensPerSecond(),
        speed.utilization(),
        speed.memoryBytes(),
        values.others());
  }

  private void warn(Update update, StepFigures.Values values) {
    if (values.empty()) {
      tell(
          update,
          Warning.Kind.NOT_FINITE,
          "no token of the step has a weight in the loss: the update was left out");
    } else if (values.notFinite()) {
      tell(
          update,
          Warning.Kind.NOT_FINITE,
          String.format(
              Locale.ROOT,
              "the loss is %s and the norm of the gradients %s: the update was left out",
              values.loss(),
              values.gradientNorm()));
    } else if (rules.spikeThreshold() > 0 && values.spike() > rules.spikeThreshold()) {
      tell(
          update,
          Warning.Kind.SPIKE,
          String.format(
              Locale.ROOT,
              "the loss, %.4f, is %.1f standard deviations above the mean of the last %d%s",
              values.loss(),
              values.spike(),
              rules.spikeWindow(),
              values.skipped() ? ": the update was left out" : ""));
    }
  }

  private void tell(Update update, Warning.Kind kind, String message) {
    listener.warned(new Warning(update.step, kind, message));
  }

  private void requireProgress(Update update, StepFigures.Values values) {
    if (values.skippedInARow() >= rules.failureLimit()) {
      throw new TrainingFailedException(
          String.format(
              Locale.ROOT,
              "%d updates in a row could not be made, the last one that of step %d, whose loss is"
                  + " %s and whose gradients have the norm %s%s",
              values.skippedInARow(),
              update.step,
              values.loss(),
              values.gradientNorm(),
              writtenBatch.apply(update)));
    }
  }

  @Override
  public void close() {
    updates.forEach(update -> update.figures.close());
    updates.clear();
  }
}
