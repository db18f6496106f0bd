package io.github.maque.examples.align;

import io.github.maque.align.adapter.LoraAdapter;
import io.github.maque.align.preference.EarlyWarning;
import io.github.maque.align.preference.PolicySamples;
import io.github.maque.align.preference.PreferenceData;
import io.github.maque.align.preference.PreferenceObjective;
import io.github.maque.align.preference.PreferenceSequences;
import io.github.maque.align.preference.Reference;
import io.github.maque.align.preference.ReferenceLogProbabilities;
import io.github.maque.align.preference.ReferenceModel;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.source.RecordSource;
import io.github.maque.examples.WorkListener;
import io.github.maque.examples.align.PreferenceConfig.ReferenceKind;
import io.github.maque.examples.model.ModelDirectory;
import io.github.maque.examples.model.OpenedModel;
import io.github.maque.examples.pretrain.RunResult;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.SpecialTokens;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.TrainingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A run that learns preferences, opened: the model, the pairs and what of the model learns.
 *
 * <pre>{@code
 * RunResult made = PreferenceJob.run(config, Path.of("dpo"), WorkListener.SILENT, listener);
 * }</pre>
 */
public final class PreferenceJob implements AutoCloseable {
  private final PreferenceConfig config;
  private final Path directory;
  private final PreferenceData data;
  private final PreferenceSequences training;
  private final Optional<PreferenceSequences> validation;
  private final TunedModel tuned;
  private final OpenedModel model;
  private final WorkListener loading;
  private @Nullable OpenedModel reference;

  private PreferenceJob(
      PreferenceConfig config,
      Path directory,
      PreferenceData data,
      OpenedModel model,
      WorkListener loading) {
    this.config = config;
    this.directory = directory;
    this.data = data;
    this.model = model;
    this.loading = loading;
    int length = config.data().sequenceLength().orElse(2 * longest(config, model));
    SpecialTokens special = model.tokenizer().specialTokens();
    int pad = special.pad().orElse(special.eos().orElse(0));
    training = PreferenceSequences.bestFit(data.training(), length, pad);
    validation = data.validation().map(pairs -> PreferenceSequences.bestFit(pairs, length, pad));
    tuned = new TunedModel(model, config.adapter(), config.freeze(), config.training().seed());
  }

  /**
   * Does all there is to do: nothing if the run is complete, and otherwise what is left of it.
   *
   * @param directory of the run
   * @param loading hears of weights
   * @param training hears of the training
   */
  public static RunResult run(
      PreferenceConfig config, Path directory, WorkListener loading, TrainingListener training)
      throws IOException {
    Optional<RunResult> before = complete(config, directory);
    if (before.isPresent()) {
      return before.get();
    }
    try (PreferenceJob job = open(config, directory, loading)) {
      return job.result(job.trainer().listener(training).build().train());
    }
  }

  /**
   * Returns what the run has left, if it is complete; see {@link RunResult#complete}. Neither model
   * nor data are opened for that.
   */
  public static Optional<RunResult> complete(PreferenceConfig config, Path directory)
      throws IOException {
    return TunedModel.complete(
            directory,
            config.toYaml(),
            config.adapter().isPresent(),
            RecordSource.of(DialogueFormats.preferences(), paths(config)),
            Optional.empty())
        .map(PreferenceJob::withoutHarm);
  }

  /**
   * Opens the model, and reads and packs the pairs; nothing is written yet.
   *
   * @param loading hears of weights, also later of those of a reference
   * @throws IOException if a file is missing or damaged, or the run began with a model that is
   *     another now
   * @throws IllegalArgumentException if no model or no data are named, or things do not go together
   */
  public static PreferenceJob open(PreferenceConfig config, Path directory, WorkListener loading)
      throws IOException {
    OpenedModel model =
        RunBase.open(
            directory,
            config.model(),
            config.data().files(),
            config.chatTemplate(),
            config.engine(),
            loading);
    try {
      return new PreferenceJob(config, directory, read(config, model), model, loading);
    } catch (IOException | RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private static List<String> paths(PreferenceConfig config) {
    return config.data().files().stream().map(Path::toString).toList();
  }

  private static PreferenceData read(PreferenceConfig config, OpenedModel model)
      throws IOException {
    return PreferenceData.builder(model.template(), model.tokenizer())
        .preferences(RecordSource.of(DialogueFormats.preferences(), paths(config)))
        .maxLength(longest(config, model))
        .overlong(config.data().overlong())
        .heldOut(config.data().heldOut())
        .read();
  }

  private static int longest(PreferenceConfig config, OpenedModel model) {
    int context = model.decoder().config().contextLength();
    int longest = config.data().maxLength().orElse(context);
    if (longest > context) {
      throw new IllegalArgumentException(
          String.format(
              "data.max-length must be at most the model's context of %d tokens, got %d",
              context, longest));
    }
    return longest;
  }

  /** Returns the pairs. */
  public PreferenceData data() {
    return data;
  }

  /** Returns the rows that are trained on. */
  public PreferenceSequences training() {
    return training;
  }

  /** Returns what learns. */
  public TunedModel tuned() {
    return tuned;
  }

  /**
   * Returns the trainer, after writing down what the run begins with, and after the reference's
   * log-probabilities were computed or found.
   */
  public TrainerBuilder trainer() throws IOException {
    tuned.keepBase(directory, config.model().orElseThrow());
    PreferenceObjective objective =
        PreferenceObjective.builder(model.manager(), training, config.loss())
            .reference(reference(training, "reference-training.jsonl"))
            .lengthNormalized(config.lengthNormalized())
            .sftWeight(config.sftWeight())
            .build();
    TrainerBuilder builder =
        tuned
            .trainer(config.training(), config.toYaml(), directory)
            .data(training)
            .objective(objective);
    if (validation.isPresent()) {
      PreferenceSequences rows = validation.get();
      builder.validation(rows, objective.over(rows, reference(rows, "reference-validation.jsonl")));
    }
    addWarning(builder);
    return builder;
  }

  private Reference reference(PreferenceSequences rows, String file) throws IOException {
    if (!config.loss().needsReference()) {
      return Reference.none();
    }
    return config.reference() == ReferenceKind.ADAPTER_OFF
        ? withoutAdapter(tuned.adapter().orElseThrow())
        : ReferenceLogProbabilities.cached(directory.resolve(file), model.decoder(), rows);
  }

  private ReferenceModel withoutAdapter(LoraAdapter adapter) {
    return ReferenceModel.withoutAdapter(model.decoder(), adapter::disabled);
  }

  private void addWarning(TrainerBuilder builder) throws IOException {
    WarningSettings settings = config.warning();
    EarlyWarning.Builder warning =
        EarlyWarning.builder().action(settings.action()).patience(settings.patience());
    boolean watches = false;
    if (settings.chosenCollapse() > 0 && config.loss().needsReference()) {
      warning.chosenCollapse(settings.chosenCollapse());
      watches = true;
    }
    List<List<ChatMessage>> prompts =
        data.heldOutPrompts().stream().limit(settings.prompts()).toList();
    if (!prompts.isEmpty()) {
      builder.probe(samples(prompts, settings));
      if (settings.divergence() > 0) {
        warning.divergence(PolicySamples.DIVERGENCE, settings.divergence());
        watches = true;
      }
    }
    if (validation.isPresent() && settings.lossIncrease() > 0) {
      warning.heldOut(EarlyWarning.LOSS, EarlyWarning.Better.LOWER, settings.lossIncrease());
      watches = true;
    }
    if (watches) {
      builder.stopWhen(warning.build());
    }
  }

  private PolicySamples samples(List<List<ChatMessage>> prompts, WarningSettings settings)
      throws IOException {
    return PolicySamples.builder(model.decoder(), model.tokenizer(), model.template(), prompts)
        .reference(referenceOfSamples())
        .options(
            GenerationOptions.builder()
                .maxNewTokens(settings.answerTokens())
                .temperature(1)
                .seed(config.training().seed())
                .build())
        .build();
  }

  /** What the policy writes is not known before, so its likelihood under the reference is not. */
  private ReferenceModel referenceOfSamples() throws IOException {
    if (tuned.adapter().isPresent()) {
      return withoutAdapter(tuned.adapter().get());
    }
    OpenedModel opened =
        ModelDirectory.find(model.path(), config.chatTemplate().orElse(null))
            .open(model.decoder().precision(), loading);
    reference = opened;
    return ReferenceModel.of(opened.decoder());
  }

  /**
   * Returns what the run has left; if it is complete, a model that everything opens, unless a rule
   * ended it before anything good was saved.
   */
  public RunResult result(TrainingResult result) throws IOException {
    return withoutHarm(RunResult.of(result)).model().isEmpty()
        ? new RunResult(result, Optional.empty())
        : tuned.result(directory, result);
  }

  private static RunResult withoutHarm(RunResult result) {
    boolean harmed = !result.endedEarly().isEmpty() && result.training().bestCheckpoint().isEmpty();
    return harmed ? new RunResult(result.training(), Optional.empty()) : result;
  }

  @Override
  public void close() {
    tuned.close();
    if (reference != null) {
      reference.close();
    }
  }
}
