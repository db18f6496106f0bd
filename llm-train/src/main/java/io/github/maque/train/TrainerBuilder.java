package io.github.maque.train;

import io.github.maque.data.pack.Mixture;
import io.github.maque.data.pack.Sequences;
import io.github.maque.model.Checkpointing;
import io.github.maque.model.Decoder;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.objective.Objective;
import io.github.maque.train.optimizer.OptimizerFactory;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Schedule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says how a {@link Trainer} trains. Only {@link #data} must be said. */
public final class TrainerBuilder {
  private static final Pattern LAMBDA = Pattern.compile("(\\$\\$Lambda[^@,\\]]*)?@[0-9a-f]+");

  final Decoder decoder;
  TrainingOptions options = TrainingOptions.defaults();
  @Nullable Mixture data;
  @Nullable Sequences validation;
  @Nullable Objective validationObjective;
  @Nullable Tokenizer tokenizer;
  @Nullable Path directory;
  Resume resume = Resume.auto();
  @Nullable String configuration;
  @Nullable ModelFormat modelFormat;
  List<TrainingListener> listeners = new ArrayList<>();
  List<StopRule> stopRules = new ArrayList<>();
  List<Probe> probes = new ArrayList<>();

  TrainerBuilder(Decoder decoder) {
    this.decoder = decoder;
  }

  TrainerBuilder(TrainerBuilder other) {
    decoder = other.decoder;
    options = other.options;
    data = other.data;
    validation = other.validation;
    validationObjective = other.validationObjective;
    tokenizer = other.tokenizer;
    directory = other.directory;
    resume = other.resume;
    configuration = other.configuration;
    modelFormat = other.modelFormat;
    listeners = new ArrayList<>(other.listeners);
    stopRules = new ArrayList<>(other.stopRules);
    probes = new ArrayList<>(other.probes);
  }

  /** Sets what to train on. */
  public TrainerBuilder data(Sequences sequences) {
    return data(Mixture.of(sequences));
  }

  /** Sets what to train on: several sources, in proportions. */
  public TrainerBuilder data(Mixture mixture) {
    data = mixture;
    return this;
  }

  /**
   * Sets what the model is evaluated on, by the objective that it is trained with, but for label
   * smoothing and the like; nothing if not set.
   */
  public TrainerBuilder validation(Sequences sequences) {
    validation = sequences;
    validationObjective = null;
    return this;
  }

  /** Sets what the model is evaluated on, and by what. */
  public TrainerBuilder validation(Sequences sequences, Objective objective) {
    validation = sequences;
    validationObjective = objective;
    return this;
  }

  /** Adds figures to each evaluation. */
  public TrainerBuilder probe(Probe probe) {
    probes.add(probe);
    return this;
  }

  /**
   * Sets the tokenizer of the data, which samples need, and which is put beside the weights. With
   * it losses that are a {@linkplain Objective#isNegativeLogLikelihood negative log-likelihood} are
   * told in bits per byte, too, which compare models of different tokenizers: by the bytes of UTF-8
   * that the evaluated tokens stand for in the middle of a text, special tokens for none.
   */
  public TrainerBuilder tokenizer(Tokenizer itsTokenizer) {
    tokenizer = itsTokenizer;
    return this;
  }

  /** Sets all options at once; those set after this change some of them. */
  public TrainerBuilder options(TrainingOptions all) {
    options = all;
    return this;
  }

  /** Changes some options. */
  public TrainerBuilder options(UnaryOperator<TrainingOptions> change) {
    return options(change.apply(options));
  }

  /** Sets what is made smaller; {@link io.github.maque.train.objective.NextToken} if not set. */
  public TrainerBuilder objective(Objective objective) {
    return options(options.withObjective(objective));
  }

  /** Sets what makes the updates; {@link io.github.maque.train.optimizer.AdamW} if not set. */
  public TrainerBuilder optimizer(OptimizerFactory optimizer) {
    return options(options.withOptimizer(optimizer));
  }

  /** Sets how the learning rate goes. */
  public TrainerBuilder schedule(Schedule schedule) {
    return options(options.withSchedule(schedule));
  }

  /** Sets how long the run is; once over the data if not set. */
  public TrainerBuilder duration(Amount duration) {
    return options(options.withDuration(duration));
  }

  /** Sets how many tokens an update is made of; 16,384 if not set. */
  public TrainerBuilder tokensPerStep(long tokens) {
    return options(options.withTokensPerStep(tokens));
  }

  /** Sets how many sequences are computed at once; found by trying if not set. */
  public TrainerBuilder rowsPerMicroBatch(int rows) {
    return options(options.withRowsPerMicroBatch(rows));
  }

  /** Sets what the order of the data and dropout depend on; 0 if not set. */
  public TrainerBuilder seed(long seed) {
    return options(options.withSeed(seed));
  }

  /** Sets what is done with gradients before an update. */
  public TrainerBuilder rules(StepRules rules) {
    return options(options.withRules(rules));
  }

  /** Sets how much noise is added to embeddings; none if not set. */
  public TrainerBuilder embeddingNoise(double alpha) {
    return options(options.withEmbeddingNoise(alpha));
  }

  /** Sets which activations are kept; all if not set. */
  public TrainerBuilder checkpointing(Checkpointing checkpointing) {
    return options(options.withCheckpointing(checkpointing));
  }

  /** Sets when and how the model is evaluated. */
  public TrainerBuilder evaluation(EvaluationPlan evaluation) {
    return options(options.withEvaluation(evaluation));
  }

  /** Sets when the run is saved. */
  public TrainerBuilder checkpoints(CheckpointPlan checkpoints) {
    return options(options.withCheckpoints(checkpoints));
  }

  /**
   * Sets where the run is kept: checkpoints, {@code metrics.jsonl}, TensorBoard's events, {@code
   * report.html} and its pictures. Nothing is written if not set.
   */
  public TrainerBuilder directory(Path runDirectory) {
    directory = runDirectory;
    return this;
  }

  /** Sets what the run begins with; {@link Resume#auto} if not set. */
  public TrainerBuilder resume(Resume from) {
    resume = from;
    return this;
  }

  /**
   * Sets the text that is saved beside the weights and told to listeners as the run's
   * configuration; {@link TrainingOptions#toYaml} if not set.
   */
  public TrainerBuilder configuration(String text) {
    configuration = text;
    return this;
  }

  /** Sets what of the model is saved; Hugging Face's layout of the whole if not set. */
  public TrainerBuilder modelFormat(ModelFormat format) {
    modelFormat = format;
    return this;
  }

  /** Adds what may end the run before its time. */
  public TrainerBuilder stopWhen(StopRule rule) {
    stopRules.add(rule);
    return this;
  }

  /** Adds somebody who hears what happens. */
  public TrainerBuilder listener(TrainingListener listener) {
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

  Objective validationObjective() {
    return validationObjective == null ? options.objective() : validationObjective;
  }

  ModelFormat modelFormat() {
    if (modelFormat != null) {
      return modelFormat;
    }
    HuggingFaceFormat format = HuggingFaceFormat.of(decoder);
    return tokenizer == null ? format : format.withTokenizer(tokenizer);
  }

  String configuration() {
    if (configuration != null) {
      return configuration;
    }
    try {
      return options.toYaml();
    } catch (IllegalArgumentException e) {
      // A user's own objective, optimizer or schedule, maybe a lambda: its name is another in each
      // process.
      return LAMBDA.matcher(options.toString()).replaceAll("").replaceAll("(?m)^", "# ");
    }
  }
}
