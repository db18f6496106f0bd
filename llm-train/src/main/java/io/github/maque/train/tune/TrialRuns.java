package io.github.maque.train.tune;

import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Mixture;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.model.format.DecoderWeights;
import io.github.maque.model.format.NamedArrays;
import io.github.maque.train.EvaluationPlan;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainingFailedException;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.metric.RunDescription;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Horizon;
import io.github.maque.train.schedule.Schedule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Short runs that all begin with the weights a decoder has, and leave it with them. */
final class TrialRuns implements AutoCloseable {
  private final Decoder decoder;
  private final Mixture data;
  private final NDManager manager;
  private final NamedArrays firstWeights;
  private TrainingOptions options;

  TrialRuns(Decoder decoder, Mixture data, TrainingOptions options) {
    this.decoder = decoder;
    this.data = data;
    EvaluationPlan none = new EvaluationPlan(0, 0, List.of(), 1, 0);
    this.options = options.withEvaluation(none);
    manager = decoder.manager().newSubManager();
    firstWeights = DecoderWeights.of(decoder).arrays().copy(manager);
  }

  /** Returns how long the run is that all this is for; checks the options by the way. */
  static Horizon horizon(Decoder decoder, Mixture data, TrainingOptions options) {
    TrainingOptions silent = options.withEvaluation(new EvaluationPlan(0, 0, List.of(), 1, 0));
    return Trainer.on(decoder).data(data).options(silent).build().horizon();
  }

  /** Returns how often a trial goes over the data. */
  static double passes(Mixture data, long steps, long tokensPerStep) {
    long sequences = data.sources().stream().mapToLong(Sequences::size).sum();
    return (double) steps * tokensPerStep / data.length() / sequences;
  }

  /**
   * Makes a run.
   *
   * @param seed what is added to the options' seed
   */
  Trial run(double rate, Schedule schedule, int steps, long seed) throws IOException {
    DecoderWeights.of(decoder).arrays().fill(firstWeights);
    TrainingOptions trial =
        options
            .withSeed(options.seed() + seed)
            .withOptimizer(options.optimizer().withLearningRate(rate))
            .withSchedule(schedule)
            .withDuration(Amount.ofSteps(steps));
    Watch watch = new Watch(steps);
    Trainer trainer = Trainer.on(decoder).data(data).options(trial).listener(watch).build();
    watch.trainer = trainer;
    try {
      trainer.train();
    } catch (TrainingFailedException e) {
      watch.diverged = true;
    }
    // What was fastest once is not looked for again, and all trials round alike.
    options = options.withRowsPerMicroBatch(watch.rowsPerMicroBatch);
    return new Trial(rate, trial.seed(), steps, watch.losses, watch.diverged);
  }

  @Override
  public void close() throws IOException {
    try (manager) {
      DecoderWeights.of(decoder).arrays().fill(firstWeights);
    }
  }

  /** Writes losses down, and stops a run that has diverged. */
  private static final class Watch implements TrainingListener {
    private final LossAverage average;
    private final List<Double> losses = new ArrayList<>();
    private @Nullable Trainer trainer;
    private int rowsPerMicroBatch;
    private boolean diverged;

    Watch(int steps) {
      average = new LossAverage(steps);
    }

    @Override
    public void started(RunDescription run) {
      rowsPerMicroBatch = run.rowsPerMicroBatch();
    }

    @Override
    public void stepped(StepMetrics step) {
      if (diverged) {
        return; // A GPU was some steps ahead.
      }
      losses.add(step.loss());
      average.add(step.loss());
      diverged = average.diverged();
      if (diverged && trainer != null) {
        trainer.stop();
      }
    }
  }
}
