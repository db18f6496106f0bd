package io.github.maque.train;

import io.github.maque.data.pack.Mixture;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.checkpoint.TrainerState;
import io.github.maque.train.metric.HistoryRecorder;
import io.github.maque.train.metric.Listeners;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.objective.Objective;
import io.github.maque.train.optimizer.OptimizerFactory;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Horizon;
import io.github.maque.train.schedule.Schedule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
 * <p>With a {@linkplain Builder#directory directory} the run is saved there now and then, and
 * {@link #train} goes on with what it finds there: a run that was killed at any time continues with
 * the very losses that it would have had, on a CPU with as many threads to the bit.
 *
 * <p>A step is a number of sequences, computed some at a time; its loss and its gradients do not
 * depend on how many at a time, but for the rounding of sums and for what dropout drops. On a GPU
 * nothing of a step waits for the device.
 *
 * <p>A trainer trains once, on one thread; {@link #stop} may be called from any.
 */
public final class Trainer {
  private final Builder settings;
  private final TrainingOptions options;
  private final Mixture data;
  private final Horizon horizon;
  private volatile boolean stopRequested;
  private boolean used;

  private Trainer(Builder settings, Mixture data) {
    this.settings = new Builder(settings);
    this.data = data;
    options = settings.options;
    long sequences = data.sources().stream().mapToLong(Sequences::size).sum();
    requireInContext("data", data.length());
    if (settings.validation != null) {
      requireInContext("validation", settings.validation.length());
    }
    horizon = options.horizon(sequences, data.length());
    TrainedParameters.require(settings.decoder, options.parameterRules());
    if (!options.evaluation().prompts().isEmpty() && settings.tokenizer == null) {
      throw new IllegalArgumentException("prompts to write on from need a tokenizer");
    }
  }

  private void requireInContext(String name, int length) {
    int context = settings.decoder.config().contextLength();
    if (length > context) {
      throw new IllegalArgumentException(
          String.format(
              "%s: the sequences have %d tokens, but the decoder's context is %d",
              name, length, context));
    }
  }

  /** Returns a builder of a trainer of a decoder, whose weights it changes. */
  public static Builder on(Decoder decoder) {
    return new Builder(decoder);
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
    try (RunStorage storage = RunStorage.open(settings)) {
      String configuration = settings.configuration();
      TrainerState start =
          storage
              .state()
              .map(this::withRows)
              .orElse(TrainerState.beginning(options.rowsPerMicroBatch(), configuration));
      HistoryRecorder recorder = new HistoryRecorder(storage.history());
      List<TrainingListener> all = new ArrayList<>(List.of(recorder));
      all.addAll(storage.listeners());
      all.addAll(settings.listeners);
      TrainingListener listener = new Listeners(all);
      storage.tellFindings(listener, start.configuration(), configuration);
      RunEnd end = train(start.withConfiguration(configuration), listener, storage);
      listener.ended(end);
      return new TrainingResult(
          recorder.history(), storage.lastCheckpoint(), storage.bestCheckpoint());
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

  boolean stopRequested() {
    return stopRequested;
  }

  Decoder decoder() {
    return settings.decoder;
  }

  Mixture data() {
    return data;
  }

  Evaluator evaluator() {
    return new Evaluator(
        settings.decoder,
        settings.validation,
        settings.tokenizer,
        settings.bytesPerToken,
        options.evaluation(),
        options.seed());
  }

  /** Says how to train. Only {@link #data} must be said. */
  public static final class Builder {
    private static final Pattern LAMBDA = Pattern.compile("(\\$\\$Lambda[^@,\\]]*)?@[0-9a-f]+");

    final Decoder decoder;
    TrainingOptions options = TrainingOptions.defaults();
    @Nullable Mixture data;
    @Nullable Sequences validation;
    OptionalDouble bytesPerToken = OptionalDouble.empty();
    @Nullable Tokenizer tokenizer;
    @Nullable Path directory;
    Resume resume = Resume.auto();
    @Nullable String configuration;
    List<TrainingListener> listeners = new ArrayList<>();

    private Builder(Decoder decoder) {
      this.decoder = decoder;
    }

    private Builder(Builder other) {
      decoder = other.decoder;
      options = other.options;
      data = other.data;
      validation = other.validation;
      bytesPerToken = other.bytesPerToken;
      tokenizer = other.tokenizer;
      directory = other.directory;
      resume = other.resume;
      configuration = other.configuration;
      listeners = new ArrayList<>(other.listeners);
    }

    /** Sets what to train on. */
    public Builder data(Sequences sequences) {
      return data(Mixture.of(sequences));
    }

    /** Sets what to train on: several sources, in proportions. */
    public Builder data(Mixture mixture) {
      data = mixture;
      return this;
    }

    /** Sets what the model is evaluated on; nothing if not set. */
    public Builder validation(Sequences sequences) {
      validation = sequences;
      return this;
    }

    /**
     * Sets how many bytes of UTF-8 a token of the validation data stands for, on average: then
     * losses are told in bits per byte, too, which compare models of different tokenizers.
     */
    public Builder bytesPerToken(double bytes) {
      if (!(bytes > 0 && bytes < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "bytesPerToken must be greater than 0 and finite, got " + bytes);
      }
      bytesPerToken = OptionalDouble.of(bytes);
      return this;
    }

    /** Sets the tokenizer of the data, which samples need, and which is put beside the weights. */
    public Builder tokenizer(Tokenizer itsTokenizer) {
      tokenizer = itsTokenizer;
      return this;
    }

    /** Sets all options at once; those set after this change some of them. */
    public Builder options(TrainingOptions all) {
      options = all;
      return this;
    }

    /** Changes some options. */
    public Builder options(UnaryOperator<TrainingOptions> change) {
      return options(change.apply(options));
    }

    /** Sets what is made smaller; {@link io.github.maque.train.objective.NextToken} if not set. */
    public Builder objective(Objective objective) {
      return options(options.withObjective(objective));
    }

    /** Sets what makes the updates; {@link io.github.maque.train.optimizer.AdamW} if not set. */
    public Builder optimizer(OptimizerFactory optimizer) {
      return options(options.withOptimizer(optimizer));
    }

    /** Sets how the learning rate goes. */
    public Builder schedule(Schedule schedule) {
      return options(options.withSchedule(schedule));
    }

    /** Sets how long the run is; once over the data if not set. */
    public Builder duration(Amount duration) {
      return options(options.withDuration(duration));
    }

    /** Sets how many tokens an update is made of; 16,384 if not set. */
    public Builder tokensPerStep(long tokens) {
      return options(options.withTokensPerStep(tokens));
    }

    /** Sets how many sequences are computed at once; found by trying if not set. */
    public Builder rowsPerMicroBatch(int rows) {
      return options(options.withRowsPerMicroBatch(rows));
    }

    /** Sets what the order of the data and dropout depend on; 0 if not set. */
    public Builder seed(long seed) {
      return options(options.withSeed(seed));
    }

    /** Sets what is done with gradients before an update. */
    public Builder rules(StepRules rules) {
      return options(options.withRules(rules));
    }

    /** Sets which activations are kept; all if not set. */
    public Builder checkpointing(Checkpointing checkpointing) {
      return options(options.withCheckpointing(checkpointing));
    }

    /** Sets when and how the model is evaluated. */
    public Builder evaluation(EvaluationPlan evaluation) {
      return options(options.withEvaluation(evaluation));
    }

    /** Sets when the run is saved. */
    public Builder checkpoints(CheckpointPlan checkpoints) {
      return options(options.withCheckpoints(checkpoints));
    }

    /**
     * Sets where the run is kept: checkpoints, {@code metrics.jsonl}, TensorBoard's events, {@code
     * report.html} and its pictures. Nothing is written if not set.
     */
    public Builder directory(Path runDirectory) {
      directory = runDirectory;
      return this;
    }

    /** Sets what the run begins with; {@link Resume#auto} if not set. */
    public Builder resume(Resume from) {
      resume = from;
      return this;
    }

    /**
     * Sets the text that is saved beside the weights and told to listeners as the run's
     * configuration; {@link TrainingOptions#toYaml} if not set.
     */
    public Builder configuration(String text) {
      configuration = text;
      return this;
    }

    /** Adds somebody who hears what happens. */
    public Builder listener(TrainingListener listener) {
      listeners.add(listener);
      return this;
    }

    /**
     * Checks everything and returns the trainer.
     *
     * @throws IllegalArgumentException if something is missing or does not go together
     */
    public Trainer build() {
      if (data == null) {
        throw new IllegalArgumentException("data must be set: what to train on");
      }
      return new Trainer(this, data);
    }

    String configuration() {
      if (configuration != null) {
        return configuration;
      }
      try {
        return options.toYaml();
      } catch (IllegalArgumentException e) {
        // A user's own objective, optimizer or schedule, maybe a lambda: its name is another in
        // each
        // process.
        return "# " + LAMBDA.matcher(options.toString()).replaceAll("");
      }
    }
  }
}
