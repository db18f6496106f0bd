package io.github.maque.examples.align;

import io.github.maque.align.adapter.LoraConfig;
import io.github.maque.align.preference.Dpo;
import io.github.maque.align.preference.Hinge;
import io.github.maque.align.preference.Ipo;
import io.github.maque.align.preference.Orpo;
import io.github.maque.align.preference.PreferenceLoss;
import io.github.maque.align.preference.SimPo;
import io.github.maque.examples.model.ChatLayout;
import io.github.maque.examples.pretrain.EngineSettings;
import io.github.maque.train.CheckpointPlan;
import io.github.maque.train.EvaluationPlan;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.objective.NextToken;
import io.github.maque.train.optimizer.AdamW;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Cosine;
import io.github.maque.train.yaml.YamlRecords;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything about a run that learns from preferences but where it is kept. Read from YAML:
 *
 * <pre>{@code
 * model: runs/sft
 * data:
 *   files: [pairs.jsonl]
 * loss:
 *   kind: dpo
 *   beta: 0.1
 * warning:
 *   divergence: 1
 *   action: stop
 * }</pre>
 *
 * @param model a directory with a model, or of a run
 * @param chatTemplate how conversations are laid out, if not as the model says
 * @param data what it is trained on
 * @param loss of the pairs
 * @param lengthNormalized whether the loss sees means over tokens
 * @param sftWeight how much the chosen answers' own loss counts beside it, 0 or more
 * @param reference where the reference's log-probabilities come from
 * @param adapter what of the model learns, if not all of it
 * @param freeze regular expressions of whole names of parameters that do not learn
 * @param warning when to end
 * @param engine how is computed
 * @param training all else; its objective stays as it is, since it is the loss of pairs
 */
public record PreferenceConfig(
    Optional<Path> model,
    Optional<ChatLayout> chatTemplate,
    PreferenceSettings data,
    PreferenceLoss loss,
    boolean lengthNormalized,
    double sftWeight,
    ReferenceKind reference,
    Optional<LoraConfig> adapter,
    List<String> freeze,
    WarningSettings warning,
    EngineSettings engine,
    TrainingOptions training) {
  /** Where the log-probabilities of the reference come from. */
  public enum ReferenceKind {
    /** They are computed once, before training, and kept beside the run. */
    CACHED,
    /** They are computed in each step by the model without its adapter. */
    ADAPTER_OFF
  }

  private static final YamlRecords YAML =
      TrainingOptions.yaml()
          .with(
              PreferenceLoss.class,
              Map.of(
                  "dpo", Dpo.class,
                  "ipo", Ipo.class,
                  "hinge", Hinge.class,
                  "simpo", SimPo.class,
                  "orpo", Orpo.class));

  /** Checks that things go together. */
  public PreferenceConfig {
    freeze = List.copyOf(freeze);
    if (!training.objective().equals(new NextToken())) {
      throw new IllegalArgumentException(
          "training.objective must be left as it is: the loss is that of pairs, got "
              + training.objective());
    }
    if (reference == ReferenceKind.ADAPTER_OFF && !loss.needsReference()) {
      throw new IllegalArgumentException(
          "reference must be left as it is, since " + loss + " needs none, got adapter-off");
    }
    if (reference == ReferenceKind.ADAPTER_OFF && adapter.isEmpty()) {
      throw new IllegalArgumentException(
          "reference must be cached unless there is an adapter, got adapter-off");
    }
  }

  /** DPO of the whole model, one pass, a low rate. */
  public static PreferenceConfig defaults() {
    return new PreferenceConfig(
        Optional.empty(),
        Optional.empty(),
        PreferenceSettings.defaults(),
        Dpo.defaults(),
        false,
        0,
        ReferenceKind.CACHED,
        Optional.empty(),
        List.of(),
        WarningSettings.defaults(),
        EngineSettings.defaults(),
        TrainingOptions.defaults()
            .withTokensPerStep(16_384)
            .withEvaluation(EvaluationPlan.defaults().withEvery(Amount.ofFraction(0.1)))
            .withCheckpoints(CheckpointPlan.defaults().withEvery(Amount.ofFraction(0.1)))
            .withOptimizer(AdamW.defaults().withLearningRate(1e-5).withWeightDecay(0))
            .withSchedule(new Cosine(Amount.ofFraction(0.1), 0.1)));
  }

  /** Returns the same configuration with another model and other preferences. */
  public PreferenceConfig with(Path newModel, Path preferences) {
    PreferenceSettings other =
        new PreferenceSettings(
            List.of(preferences),
            data.maxLength(),
            data.sequenceLength(),
            data.overlong(),
            data.heldOut());
    return new PreferenceConfig(
        Optional.of(newModel),
        chatTemplate,
        other,
        loss,
        lengthNormalized,
        sftWeight,
        reference,
        adapter,
        freeze,
        warning,
        engine,
        training);
  }

  /** Returns what reads and writes such configurations. */
  public static YamlRecords yaml() {
    return YAML;
  }

  /** Returns this configuration as YAML. */
  public String toYaml() {
    return YAML.write(this);
  }
}
