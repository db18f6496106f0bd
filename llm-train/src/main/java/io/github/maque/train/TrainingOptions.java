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

/**
 * All settings of a run but its data, its model and where it is kept.
 *
 * @param seed of the order of the data and of dropout
 * @param duration how long: steps, tokens, or passes over the data, of which {@code 100%} is one
 * @param tokensPerStep tokens of an update, padding included; a multiple of the sequences' length
 * @param rowsPerMicroBatch how many sequences are computed at once; 0 to find it by trying what
 *     fits into memory and is fastest
 * @param objective what is made smaller
 * @param optimizer what makes the updates
 * @param schedule of the learning rate
 * @param rules what is done with gradients before an update
 * @param parameterRules other settings for some parameters
 * @param checkpointing which activations are kept
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
    int together = objective.rowsTogether();
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
    Horizon horizon = new Horizon(Math.max(1, duration.steps(onePass)), tokensPerStep);
    schedule.requireFits(horizon);
    return horizon;
  }

  /** Returns the same options with another seed. */
  public TrainingOptions withSeed(long other) {
    return new TrainingOptions(
        other,
        duration,
        tokensPerStep,
        rowsPerMicroBatch,
        objective,
        optimizer,
        schedule,
        rules,
        parameterRules,
        checkpointing,
        evaluation,
        checkpoints);
  }

  /** Returns the same options with another duration. */
  public TrainingOptions withDuration(Amount other) {
    return new TrainingOptions(
        seed,
        other,
        tokensPerStep,
        rowsPerMicroBatch,
        objective,
        optimizer,
        schedule,
        rules,
        parameterRules,
        checkpointing,
        evaluation,
        checkpoints);
  }

  /** Returns the same options with another number of tokens of an update. */
  public TrainingOptions withTokensPerStep(long other) {
    return new TrainingOptions(
        seed,
        duration,
        other,
        rowsPerMicroBatch,
        objective,
        optimizer,
        schedule,
        rules,
        parameterRules,
        checkpointing,
        evaluation,
        checkpoints);
  }

  /** Returns the same options with another number of sequences at once. */
  public TrainingOptions withRowsPerMicroBatch(int other) {
    return new TrainingOptions(
        seed,
        duration,
        tokensPerStep,
        other,
        objective,
        optimizer,
        schedule,
        rules,
        parameterRules,
        checkpointing,
        evaluation,
        checkpoints);
  }

  /** Returns the same options with another objective. */
  public TrainingOptions withObjective(Objective other) {
    return new TrainingOptions(
        seed,
        duration,
        tokensPerStep,
        rowsPerMicroBatch,
        other,
        optimizer,
        schedule,
        rules,
        parameterRules,
        checkpointing,
        evaluation,
        checkpoints);
  }

  /** Returns the same options with another optimizer. */
  public TrainingOptions withOptimizer(OptimizerFactory other) {
    return new TrainingOptions(
        seed,
        duration,
        tokensPerStep,
        rowsPerMicroBatch,
        objective,
        other,
        schedule,
        rules,
        parameterRules,
        checkpointing,
        evaluation,
        checkpoints);
  }

  /** Returns the same options with another schedule. */
  public TrainingOptions withSchedule(Schedule other) {
    return new TrainingOptions(
        seed,
        duration,
        tokensPerStep,
        rowsPerMicroBatch,
        objective,
        optimizer,
        other,
        rules,
        parameterRules,
        checkpointing,
        evaluation,
        checkpoints);
  }

  /** Returns the same options with other rules for gradients. */
  public TrainingOptions withRules(StepRules other) {
    return new TrainingOptions(
        seed,
        duration,
        tokensPerStep,
        rowsPerMicroBatch,
        objective,
        optimizer,
        schedule,
        other,
        parameterRules,
        checkpointing,
        evaluation,
        checkpoints);
  }

  /** Returns the same options with other rules for parameters. */
  public TrainingOptions withParameterRules(List<ParameterRule> other) {
    return new TrainingOptions(
        seed,
        duration,
        tokensPerStep,
        rowsPerMicroBatch,
        objective,
        optimizer,
        schedule,
        rules,
        other,
        checkpointing,
        evaluation,
        checkpoints);
  }

  /** Returns the same options with other activations kept. */
  public TrainingOptions withCheckpointing(Checkpointing other) {
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
        other,
        evaluation,
        checkpoints);
  }

  /** Returns the same options with another evaluation. */
  public TrainingOptions withEvaluation(EvaluationPlan other) {
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
        other,
        checkpoints);
  }

  /** Returns the same options with other checkpoints. */
  public TrainingOptions withCheckpoints(CheckpointPlan other) {
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
        evaluation,
        other);
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
}
