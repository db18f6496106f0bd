package io.github.maque.train;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.github.maque.data.pack.Batch;
import io.github.maque.data.pack.BatchStream;
import io.github.maque.data.pack.DataState;
import io.github.maque.data.pack.Mixture;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.train.checkpoint.TrainerState;
import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.RunDescription;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.metric.RunHistory;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.metric.Warning;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Horizon;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CancellationException;

/**
 * The loop. What it computes is a function of the seed, the number of the step and the tensors of
 * the last checkpoint, so that a run that was killed goes on as if it had not been.
 */
final class TrainingRun implements AutoCloseable {
  /** On a GPU the host looks at figures only now and then, since it has to wait for them. */
  private static final int STEPS_BETWEEN_LOOKS_ON_GPU = 10;

  private final Trainer trainer;
  private final Decoder decoder;
  private final TrainingOptions options;
  private final Horizon horizon;
  private final String configuration;
  private final TrainingListener listener;
  private final Evaluator evaluator;
  private final RunStorage storage;
  private final NDManager manager;
  private final TrainingStep trainingStep;
  private final BatchStream.Builder data;
  private final Speed speed;
  private final PendingUpdates pending;

  private final long begin = System.nanoTime();
  private final long firstStep;
  private long evaluatedStep;
  private String reason = "";
  private TrainerState state;

  /**
   * Prepares a run.
   *
   * @param start where it begins: the state of a checkpoint, whose tensors the storage restores, or
   *     one of step 0
   */
  TrainingRun(Trainer trainer, TrainerState start, TrainingListener listener, RunStorage storage)
      throws IOException {
    decoder = trainer.decoder();
    options = trainer.options();
    horizon = trainer.horizon();
    configuration = start.configuration();
    evaluator = trainer.evaluator();
    this.trainer = trainer;
    this.listener = listener;
    this.storage = storage;
    state = start;
    firstStep = start.step();
    evaluatedStep = lastEvaluation(storage.history());
    speed = new Speed(decoder, longestSegment(trainer.data()));
    pending = new PendingUpdates(listener, options.rules(), speed, this::writtenBatch);
    data =
        BatchStream.of(trainer.data())
            .batchSize(Math.toIntExact(options.tokensPerStep() / trainer.data().length()))
            .seed(options.seed());
    manager = decoder.manager().newSubManager();
    try {
      trainingStep =
          new TrainingStep(
              manager,
              decoder,
              TrainedParameters.of(decoder, manager, options.parameterRules()),
              options);
      storage.restore(manager, trainingStep.tensors());
      trainingStep.restored();
    } catch (IOException | RuntimeException | Error e) {
      manager.close();
      listener.ended(end(RunEnd.Reason.FAILED, String.valueOf(e)));
      throw e;
    }
  }

  /**
   * Trains until the end, or until it is asked to stop.
   *
   * @return how it ended; of a failure, listeners are told
   */
  RunEnd run() throws IOException {
    try {
      train();
      finish();
    } catch (IOException | RuntimeException | Error e) {
      try {
        storage.await(listener); // A checkpoint may still be on its way.
      } catch (RuntimeException second) {
        e.addSuppressed(second);
      }
      listener.ended(end(RunEnd.Reason.FAILED, String.valueOf(e)));
      throw e;
    }
    boolean complete = state.step() >= horizon.steps();
    return end(complete ? RunEnd.Reason.COMPLETED : RunEnd.Reason.STOPPED, reason);
  }

  private static int longestSegment(Mixture data) {
    return data.sources().stream().mapToInt(Sequences::longestSegment).max().orElseThrow();
  }

  private static long lastEvaluation(RunHistory history) {
    int count = history.evaluations().size();
    return count == 0 ? -1 : history.evaluations().get(count - 1).step();
  }

  private RunEnd end(RunEnd.Reason reason, String message) {
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new RunEnd(reason, state.step(), state.tokens(), seconds, message);
  }

  private void train() {
    if (state.step() >= horizon.steps()) {
      return;
    }
    try (BatchStream batches = open(2, state.data())) {
      begin(batches);
      while (state.step() < horizon.steps() && !stops()) {
        try (Batch batch = next(batches)) {
          step(batch);
        } catch (CancellationException e) {
          if (!stops()) {
            throw e;
          }
          break; // It was interrupted while it waited for data.
        }
        afterStep();
      }
    }
  }

  /** Returns whether to save and end: asked to, or for a reason that a rule has. */
  private boolean stops() {
    return trainer.stopRequested() || !reason.isEmpty();
  }

  private BatchStream open(int prefetch, String from) {
    BatchStream.Builder stream = data.prefetch(prefetch);
    if (!from.isEmpty()) {
      stream.from(DataState.decode(from));
    }
    return stream.open();
  }

  private static Batch next(BatchStream batches) {
    Batch batch = batches.next();
    if (batch == null) {
      throw new IllegalStateException("the data ended, though they have no end");
    }
    return batch;
  }

  private void begin(BatchStream batches) {
    if (state.rowsPerMicroBatch() == 0) {
      // The first batch is read twice: a stream has no way back.
      try (BatchStream trial = open(0, state.data());
          Batch batch = next(trial)) {
        MicroBatchSearch search = new MicroBatchSearch(decoder, options, trainingStep, this::stops);
        int rows = search.rows(batch);
        if (stops()) {
          return;
        }
        state = state.withRowsPerMicroBatch(rows);
      }
    }
    state = state.withData(batches.state().encode());
    listener.started(
        new RunDescription(
            configuration,
            trainingStep.parameters(),
            state.step() + 1,
            horizon.steps(),
            options.tokensPerStep(),
            state.rowsPerMicroBatch(),
            decoder.precision().toString(),
            device(),
            speed.flopsPerToken(),
            speed.flopsPerSecond()));
    if (evaluatedStep < state.step() && (state.step() == 0 || evaluates(state.step()))) {
      evaluate(); // Of a step that is no beginning, it was cut short before.
    }
    askRules(); // What a rule ended once does not go on if it is started again.
    speed.restart();
  }

  private String device() {
    Device device = decoder.manager().getDevice();
    return device.isGpu() ? "gpu " + device.getDeviceId() : "cpu";
  }

  private void step(Batch batch) {
    long step = state.step() + 1;
    double factor = options.schedule().factor(state.step(), horizon);
    int tokens = batch.tokens();
    StepFigures figures = trainingStep.update(batch, step, state.rowsPerMicroBatch(), factor);
    String before = state.data();
    state = state.after(step, state.tokens() + tokens, batch.state().encode());
    pending.add(
        new PendingUpdates.Update(
            step,
            tokens,
            state.tokens(),
            factor * options.optimizer().learningRate(),
            before,
            figures));
  }

  private void afterStep() {
    long step = state.step();
    storage.tell(listener);
    boolean gpu = decoder.manager().getDevice().isGpu();
    boolean last = step == horizon.steps(); // After it, all of this is done anyway.
    boolean saves =
        !last && due(step, options.checkpoints().every()) && storage.ready(listener, step);
    boolean evaluates = !last && evaluator.wanted() && evaluates(step);
    if (!gpu || step % STEPS_BETWEEN_LOOKS_ON_GPU == 0 || evaluates || saves) {
      pending.look();
      askRules();
    }
    if (evaluates) {
      evaluate();
    }
    if (saves) {
      save();
    }
    if (evaluates || saves) {
      speed.restart();
    }
  }

  /** Depends on nothing but the plan, and not on whether the disk is fast enough. */
  private boolean evaluates(long step) {
    CheckpointPlan checkpoints = options.checkpoints();
    boolean forBest =
        checkpoints.keep().best() > 0 && evaluator.hasLoss() && due(step, checkpoints.every());
    return forBest || due(step, options.evaluation().every());
  }

  /** Tells what rules have found, and asks whether the run should end before its time. */
  private void askRules() {
    for (String finding : trainer.newFindings()) {
      listener.warned(new Warning(state.step(), Warning.Kind.STOP_RULE, finding));
    }
    if (reason.isEmpty()) {
      reason = trainer.reasonToStop().orElse("");
    }
  }

  private boolean due(long step, Amount every) {
    return every.value() > 0 && step % Math.max(1, every.steps(horizon)) == 0;
  }

  /** Writes the batch of an update, whatever else has failed, and says where it is. */
  private String writtenBatch(PendingUpdates.Update update) {
    try (BatchStream stream = open(0, update.dataBefore());
        Batch batch = next(stream)) {
      return storage
          .writeBatch(update.step(), batch)
          .map(file -> "; its batch is in " + file)
          .orElse("");
    } catch (IOException | RuntimeException e) {
      return "; its batch could not be written: " + e;
    }
  }

  private void evaluate() {
    if (!evaluator.wanted()) {
      return;
    }
    Optional<Evaluation> finished =
        evaluator.evaluate(state.step(), state.rowsPerMicroBatch(), state.bestLoss(), this::stops);
    if (finished.isEmpty()) {
      return;
    }
    Evaluation evaluation = finished.get();
    evaluatedStep = state.step();
    if (!Double.isNaN(evaluation.loss())) {
      OptionalDouble best =
          evaluation.best() ? OptionalDouble.of(evaluation.loss()) : state.bestLoss();
      state = state.withLosses(OptionalDouble.of(evaluation.loss()), best);
    }
    listener.evaluated(evaluation);
    askRules();
  }

  private void save() {
    storage.save(state, decoder.manager(), trainingStep.tensors());
  }

  private void finish() throws IOException {
    pending.look();
    boolean complete = state.step() >= horizon.steps();
    if (complete && state.step() > firstStep && evaluatedStep != state.step()) {
      evaluate();
    }
    storage.await(listener);
    if (state.step() > 0 && !storage.isSaved(state.step())) {
      save();
      storage.await(listener);
      storage.requireSaved();
    }
  }

  @Override
  public void close() {
    pending.close();
    trainingStep.close();
    evaluator.close();
    manager.close();
  }
}
