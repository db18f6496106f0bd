package io.github.maque.examples.align;

import io.github.maque.align.adapter.LoraConfig;
import io.github.maque.align.sft.FineTuning;
import io.github.maque.examples.model.ChatLayout;
import io.github.maque.examples.pretrain.EngineSettings;
import io.github.maque.train.CheckpointPlan;
import io.github.maque.train.EvaluationPlan;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.schedule.Amount;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything about a run of fine-tuning but where it is kept. Read from YAML, of which nothing need
 * be there:
 *
 * <pre>{@code
 * model: runs/story-10m-cpu
 * data:
 *   files: [instructions.jsonl]
 * adapter:
 *   rank: 16
 * training:
 *   duration: 300%
 *   optimizer:
 *     kind: adamw
 *     learning-rate: 2e-4
 * }</pre>
 *
 * @param model a directory with a model, or of a run
 * @param chatTemplate how conversations are laid out, if not as the model says
 * @param data what it is trained on
 * @param replay what of pre-training is mixed in
 * @param adapter what of the model learns, if not all of it
 * @param freeze regular expressions of whole names of parameters that do not learn
 * @param engine how is computed
 * @param training all else; a duration of {@code 300%} is three passes over the dialogues, whatever
 *     is mixed in
 */
public record FineTuneConfig(
    Optional<Path> model,
    Optional<ChatLayout> chatTemplate,
    DialogueSettings data,
    ReplaySettings replay,
    Optional<LoraConfig> adapter,
    List<String> freeze,
    EngineSettings engine,
    TrainingOptions training) {
  /** Copies the list. */
  public FineTuneConfig {
    freeze = List.copyOf(freeze);
  }

  /** All of the model; see {@link FineTuning#options}. */
  public static FineTuneConfig defaults() {
    return new FineTuneConfig(
        Optional.empty(),
        Optional.empty(),
        DialogueSettings.defaults(),
        ReplaySettings.defaults(),
        Optional.empty(),
        List.of(),
        EngineSettings.defaults(),
        FineTuning.options()
            .withEvaluation(EvaluationPlan.defaults().withEvery(Amount.ofFraction(0.1)))
            .withCheckpoints(CheckpointPlan.defaults().withEvery(Amount.ofFraction(0.1))));
  }

  /**
   * Returns the same configuration with another model and other data.
   *
   * @param replayed data of pre-training, mixed in if this configuration names any
   */
  public FineTuneConfig with(Path newModel, List<Path> dialogues, Path replayed) {
    DialogueSettings other =
        new DialogueSettings(
            dialogues,
            data.format(),
            data.sequenceLength(),
            data.loss(),
            data.promptWeight(),
            data.overlong(),
            data.packed(),
            data.heldOut());
    FineTuneConfig changed =
        new FineTuneConfig(
            Optional.of(newModel), chatTemplate, other, replay, adapter, freeze, engine, training);
    return replay.directory().isPresent() ? changed.withReplay(replayed) : changed;
  }

  /** Returns the same configuration with data of pre-training mixed in. */
  public FineTuneConfig withReplay(Path directory) {
    ReplaySettings other = new ReplaySettings(Optional.of(directory), replay.share());
    return new FineTuneConfig(model, chatTemplate, data, other, adapter, freeze, engine, training);
  }

  /** Returns this configuration as YAML. */
  public String toYaml() {
    return TrainingOptions.yaml().write(this);
  }
}
