package io.github.maque.train;

import io.github.maque.model.Checkpointing;
import io.github.maque.train.objective.NextToken;
import io.github.maque.train.objective.Objective;
import io.github.maque.train.optimizer.AdamW;
import io.github.maque.train.optimizer.Muon;
import io.github.maque.train.optimizer.OptimizerFactory;
import io.github.maque.train.optimizer.Sgd;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Constant;
import io.github.maque.train.schedule.Cosine;
import io.github.maque.train.schedule.Horizon;
import io.github.maque.train.schedule.InverseSquareRoot;
import io.github.maque.train.schedule.Linear;
import io.github.maque.train.schedule.Schedule;
import io.github.maque.train.schedule.WarmupStableDecay;
import io.github.maque.train.yaml.YamlRecords;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * All settings of a run but its data, its model and where it is kept.
 *
 * @param seed of the order of the data and of dropout
 * @param duration how long: steps, tokens, or passes over the data, of which {@code 100%} is one:
 *     as many sequences as all sources have together, whatever their weights
 * @param tokensPerStep tokens of an update, padding included; a multiple of the sequences' length
 * @param rowsPerMicroBatch how many sequences are computed at once; 0 to find it by trying what
 *     fits into memory and is fastest
 * @param objective what is made smaller
 * @param optimizer what makes the updates
 * @param schedule of the learning rate
 * @param rules what is done with gradients before an update
 * @param parameterRules other settings for some parameters
 * @param checkpointing which activations are kept
 * @param embeddingNoise how much noise is added to embeddings in training, α of NEFTune (Jain et
 *     al., 2023): each number gets a uniform one of at most α / √(tokens of the segment · width); 0
 *     for none
 * @param evaluation when the model is evaluated
 * @param checkpoints when the run is saved
 */
public record TrainingOptions(
    long seed,
    Amount duration,
    long tokensPerStep,
    int rowsPerMicroBatch,
    Objective objective,
    OptimizerFactory optimizer,
    Schedule schedule,
    StepRules rules,
    List<ParameterRule> parameterRules,
    Checkpointing checkpointing,
    double embeddingNoise,
    EvaluationPlan evaluation,
    CheckpointPlan checkpoints) {
  /** What a buffer of four bytes each can hold. */
  private static final long MOST_TOKENS = Integer.MAX_VALUE / Integer.BYTES;

  private static final YamlRecords YAML =
      YamlRecords.create()
          .with(Objective.class, Map.of("next-token", NextToken.class))
          .with(
              OptimizerFactory.class,
              Map.of("adamw", AdamW.class, "muon", Muon.class, "sgd", Sgd.class))
          .with(
              Schedule.class,
              Map.of(
                  "constant", Constant.class,
                  "linear", Linear.class,
                  "cosine", Cosine.class,
                  "warmup-stable-decay", WarmupStableDecay.class,
                  "inverse-square-root", InverseSquareRoot.class));

  /** Checks what can be checked without the data. */
  public TrainingOptions {
    parameterRules = List.copyOf(parameterRules);
    if (tokensPerStep < 1) {
      throw new IllegalArgumentException("tokensPerStep must be at least 1, got " + tokensPerStep);
    }
    if (rowsPerMicroBatch < 0) {
      throw new IllegalArgumentException(
          "rowsPerMicroBatch must be at least 1, or 0 to find it, got " + rowsPerMicroBatch);
    }
    if (!(embeddingNoise >= 0 && embeddingNoise < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "embeddingNoise must be at least 0 and finite, got " + embeddingNoise);
    }
    int together = objective.rowsTogether();
    if (together < 1) {
      throw new IllegalArgumentException(
          "rowsTogether of the objective must be at least 1, got " + together);
    }
    if (rowsPerMicroBatch % together != 0) {
      throw new IllegalArgumentException(
          "rowsPerMicroBatch must be a multiple of "
              + together
              + ", which the objective takes together, got "
              + rowsPerMicroBatch);
    }
  }

  /**
   * One pass over the data, 16,384 tokens a step, AdamW with a cosine schedule whose warm-up is 2 %
   * of the run.
   */
  public static TrainingOptions defaults() {
    return new TrainingOptions(
        0,
        Amount.ofFraction(1),
        16_384,
        0,
        new NextToken(),
        AdamW.defaults(),
        Cosine.defaults(),
        StepRules.defaults(),
        List.of(),
        Checkpointing.none(),
        0,
        EvaluationPlan.defaults(),
        CheckpointPlan.defaults());
  }

  /**
   * Returns how long a run is.
   *
   * @param sequences how many there are
   * @param length tokens of a sequence
   * @throws IllegalArgumentException if a step is no whole number of sequences, or the schedule
   *     does not fit
   */
  Horizon horizon(long sequences, int length) {
    if (tokensPerStep % ((long) length * objective.rowsTogether()) != 0) {
      throw new IllegalArgumentException(
          String.format(
              "tokensPerStep must be a multiple of %d, the length of the %s, got %d",
              (long) length * objective.rowsTogether(),
              objective.rowsTogether() == 1 ? "sequences" : "sequences that belong together",
              tokensPerStep));
    }
    if (tokensPerStep > MOST_TOKENS) {
      throw new IllegalArgumentException(
          "tokensPerStep must be at most " + MOST_TOKENS + ", got " + tokensPerStep);
    }
    long rows = tokensPerStep / length;
    Horizon onePass = new Horizon(Math.max(1, (sequences + rows - 1) / rows), tokensPerStep);
    long steps = duration.steps(onePass);
    if (steps < 1) {
      throw new IllegalArgumentException(
          String.format(
              "duration must be at least a step of %d tokens, got %s", tokensPerStep, duration));
    }
    Horizon horizon = new Horizon(steps, tokensPerStep);
    schedule.requireFits(horizon);
    return horizon;
  }

  /** Returns the same options with another seed. */
  public TrainingOptions withSeed(long other) {
    return changed(parts -> parts.seed = other);
  }

  /** Returns the same options with another duration. */
  public TrainingOptions withDuration(Amount other) {
    return changed(parts -> parts.duration = other);
  }

  /** Returns the same options with another number of tokens of an update. */
  public TrainingOptions withTokensPerStep(long other) {
    return changed(parts -> parts.tokensPerStep = other);
  }

  /** Returns the same options with another number of sequences at once. */
  public TrainingOptions withRowsPerMicroBatch(int other) {
    return changed(parts -> parts.rowsPerMicroBatch = other);
  }

  /** Returns the same options with another objective. */
  public TrainingOptions withObjective(Objective other) {
    return changed(parts -> parts.objective = other);
  }

  /** Returns the same options with another optimizer. */
  public TrainingOptions withOptimizer(OptimizerFactory other) {
    return changed(parts -> parts.optimizer = other);
  }

  /** Returns the same options with another schedule. */
  public TrainingOptions withSchedule(Schedule other) {
    return changed(parts -> parts.schedule = other);
  }

  /** Returns the same options with other rules for gradients. */
  public TrainingOptions withRules(StepRules other) {
    return changed(parts -> parts.rules = other);
  }

  /** Returns the same options with other rules for parameters. */
  public TrainingOptions withParameterRules(List<ParameterRule> other) {
    return changed(parts -> parts.parameterRules = other);
  }

  /** Returns the same options with other activations kept. */
  public TrainingOptions withCheckpointing(Checkpointing other) {
    return changed(parts -> parts.checkpointing = other);
  }

  /** Returns the same options with another noise on embeddings. */
  public TrainingOptions withEmbeddingNoise(double other) {
    return changed(parts -> parts.embeddingNoise = other);
  }

  /** Returns the same options with another evaluation. */
  public TrainingOptions withEvaluation(EvaluationPlan other) {
    return changed(parts -> parts.evaluation = other);
  }

  /** Returns the same options with other checkpoints. */
  public TrainingOptions withCheckpoints(CheckpointPlan other) {
    return changed(parts -> parts.checkpoints = other);
  }

  private TrainingOptions changed(Consumer<Parts> change) {
    Parts parts = new Parts(this);
    change.accept(parts);
    return parts.together();
  }

  /**
   * Returns what converts records with options of training in them to YAML and back: it knows this
   * library's objectives, optimizers and schedules.
   */
  public static YamlRecords yaml() {
    return YAML;
  }

  /**
   * Returns all options as YAML, from which {@link #fromYaml} makes equal ones.
   *
   * @throws IllegalArgumentException if an objective, an optimizer or a schedule is a user's own
   */
  public String toYaml() {
    return YAML.write(this);
  }

  /**
   * Reads options that {@link #toYaml} or a user wrote. What is not there is as in {@link
   * #defaults}.
   *
   * @param source what errors name as the place of the text, such as a file
   * @throws io.github.maque.train.yaml.YamlException if something is not as it should be
   */
  public static TrainingOptions fromYaml(String text, String source) {
    return YAML.parse(text, source, TrainingOptions.class);
  }

  /** All options, to be changed. */
  private static final class Parts {
    private long seed;
    private Amount duration;
    private long tokensPerStep;
    private int rowsPerMicroBatch;
    private Objective objective;
    private OptimizerFactory optimizer;
    private Schedule schedule;
    private StepRules rules;
    private List<ParameterRule> parameterRules;
    private Checkpointing checkpointing;
    private double embeddingNoise;
    private EvaluationPlan evaluation;
    private CheckpointPlan checkpoints;

    Parts(TrainingOptions from) {
      seed = from.seed;
      duration = from.duration;
      tokensPerStep = from.tokensPerStep;
      rowsPerMicroBatch = from.rowsPerMicroBatch;
      objective = from.objective;
      optimizer = from.optimizer;
      schedule = from.schedule;
      rules = from.rules;
      parameterRules = from.parameterRules;
      checkpointing = from.checkpointing;
      embeddingNoise = from.embeddingNoise;
      evaluation = from.evaluation;
      checkpoints = from.checkpoints;
    }

    TrainingOptions together() {
      return new TrainingOptions(
          seed,
          duration,
          tokensPerStep,
          rowsPerMicroBatch,
          objective,
          optimizer,
          schedule,
          rules,
          parameterRules,
          checkpointing,
          embeddingNoise,
          evaluation,
          checkpoints);
    }
  }
}
