package io.github.maque.train;

import io.github.maque.data.pack.Mixture;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Decoder;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.checkpoint.TrainerState;
import io.github.maque.train.metric.Listeners;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.schedule.Horizon;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Trains a decoder, whatever the objective.
 *
 * <pre>{@code
 * try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
 *   Decoder decoder = Decoder.create(manager, DecoderConfig.preset("llama-15m"), Precision.AUTO);
 *   Sequences stories = ConcatenatedSequences.of(TokenDataset.open(data, "train"), 512);
 *   TrainingResult result = Trainer.on(decoder).data(stories).directory(run).build().train();
 * }
 * }</pre>
 *
 * <p>With a {@linkplain TrainerBuilder#directory directory} the run is saved there now and then,
 * and {@link #train} goes on with what it finds there: a run that was killed at any time continues
 * with the very losses that it would have had, on a CPU with as many threads to the bit.
 *
 * <p>A step is a number of sequences, computed some at a time; its loss and its gradients do not
 * depend on how many at a time, but for the rounding of sums and for what dropout drops. On a GPU
 * nothing of a step waits for the device.
 *
 * <p>A trainer trains once, on one thread; {@link #stop} may be called from any, and interrupting
 * that thread does the same.
 */
public final class Trainer {
  private final TrainerBuilder settings;
  private final TrainingOptions options;
  private final Mixture data;
  private final Horizon horizon;
  private volatile boolean stopRequested;
  private boolean used;
  private boolean interrupted;
  private final Set<String> told = new HashSet<>();

  Trainer(TrainerBuilder settings, Mixture data) {
    this.settings = new TrainerBuilder(settings);
    this.data = data;
    options = settings.options;
    long sequences = data.sources().stream().mapToLong(Sequences::size).sum();
    data.sources().forEach(source -> requireInContext("data", source));
    horizon = options.horizon(sequences, data.length());
    TrainedParameters.require(settings.decoder, options.parameterRules());
    requireEvaluation();
    if (settings.directory != null) {
      settings.modelFormat(); // What cannot be saved is better known now than at the first time.
    }
  }

  private void requireEvaluation() {
    Sequences validation = settings.validation;
    if (validation != null) {
      requireInContext("validation", validation);
      if (validation.size() < settings.validationObjective().rowsTogether()) {
        throw new IllegalArgumentException("validation: there are no sequences");
      }
    }
    Tokenizer tokenizer = settings.tokenizer;
    int context = settings.decoder.config().contextLength();
    for (String prompt : options.evaluation().prompts()) {
      if (tokenizer == null) {
        throw new IllegalArgumentException("prompts to write on from need a tokenizer");
      }
      int tokens = tokenizer.encode(prompt).length;
      if (tokens < 1 || tokens >= context) {
        throw new IllegalArgumentException(
            String.format(
                "a prompt must have between 1 and %d tokens, one less than the context, but \"%s\""
                    + " has %d",
                context - 1, prompt, tokens));
      }
    }
  }

  private void requireInContext(String name, Sequences sequences) {
    int context = settings.decoder.config().contextLength();
    if (sequences.longestSegment() > context) {
      throw new IllegalArgumentException(
          String.format(
              "%s: the sequences have segments of %d tokens, but the decoder's context is %d",
              name, sequences.longestSegment(), context));
    }
  }

  /** Returns a builder of a trainer of a decoder, whose weights it changes. */
  public static TrainerBuilder on(Decoder decoder) {
    return new TrainerBuilder(decoder);
  }

  /** Returns all settings. */
  public TrainingOptions options() {
    return options;
  }

  /** Returns how long the run is. */
  public Horizon horizon() {
    return horizon;
  }

  /**
   * Trains.
   *
   * @throws TrainingFailedException if too many updates in a row could not be made
   * @throws IOException if the run's directory cannot be read or written at the beginning, or if
   *     the checkpoint to go on from is damaged; failing to save later is told to listeners and
   *     does not stop training, but failing to save at the very end does throw
   * @throws IllegalStateException if it has trained before
   */
  public TrainingResult train() throws IOException {
    if (used) {
      throw new IllegalStateException("a trainer trains once");
    }
    used = true;
    try (RunStorage storage = RunStorage.open(settings, horizon.steps())) {
      String configuration = settings.configuration();
      TrainerState start =
          storage
              .start()
              .state()
              .map(this::withRows)
              .orElse(TrainerState.beginning(options.rowsPerMicroBatch(), configuration));
      List<TrainingListener> all = new ArrayList<>(storage.listeners());
      all.addAll(settings.stopRules);
      all.addAll(settings.listeners);
      settings.stopRules.forEach(storage.history()::replay);
      newFindings(); // They were told when they were new.
      TrainingListener listener = new Listeners(all);
      storage.tellFindings(
          listener, start.configuration(), configuration, settings.decoder.precision().toString());
      RunEnd end = train(start.withConfiguration(configuration), listener, storage);
      listener.ended(end);
      return new TrainingResult(
          storage.history(), storage.lastCheckpoint(), storage.bestCheckpoint());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What was found before stays, or else losses would differ in their last bits. */
  private TrainerState withRows(TrainerState saved) {
    int rows = options.rowsPerMicroBatch();
    boolean fits = saved.rowsPerMicroBatch() % options.objective().rowsTogether() == 0;
    return rows == 0 && fits ? saved : saved.withRowsPerMicroBatch(rows);
  }

  private RunEnd train(TrainerState start, TrainingListener listener, RunStorage storage)
      throws IOException {
    try (TrainingRun run = new TrainingRun(this, start, listener, storage)) {
      return run.run();
    }
  }

  /** Asks training to save and end after the step that it is at. Does not wait for that. */
  public void stop() {
    stopRequested = true;
  }

  /** An interrupt is such a request: later on it would make files fail that are being written. */
  boolean stopRequested() {
    if (Thread.interrupted()) {
      interrupted = true;
      stopRequested = true;
    }
    return stopRequested;
  }

  Decoder decoder() {
    return settings.decoder;
  }

  Mixture data() {
    return data;
  }

  Evaluator evaluator() {
    return new Evaluator(settings, options.tokensPerStep());
  }

  /** Returns what rules have found since this was last asked. */
  List<String> newFindings() {
    List<String> found =
        settings.stopRules.stream()
            .flatMap(rule -> Stream.concat(rule.findings().stream(), rule.reason().stream()))
            .distinct()
            .filter(finding -> !told.contains(finding))
            .toList();
    told.addAll(found);
    return found;
  }

  /** Returns why the run should end before its time, if it should. */
  Optional<String> reasonToStop() {
    return settings.stopRules.stream().flatMap(rule -> rule.reason().stream()).findFirst();
  }
}
