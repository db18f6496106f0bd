package io.github.maque.examples.cli;

import io.github.maque.align.adapter.LoraAdapter;
import io.github.maque.align.preference.EarlyWarning;
import io.github.maque.align.preference.PolicySamples;
import io.github.maque.align.preference.PreferenceData;
import io.github.maque.align.preference.PreferenceObjective;
import io.github.maque.align.preference.PreferencePairs;
import io.github.maque.align.preference.PreferenceSequences;
import io.github.maque.align.preference.Reference;
import io.github.maque.align.preference.ReferenceLogProbabilities;
import io.github.maque.align.preference.ReferenceModel;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.source.RecordSource;
import io.github.maque.examples.align.PreferenceConfig;
import io.github.maque.examples.align.PreferenceConfig.ReferenceKind;
import io.github.maque.examples.align.PreferenceSettings;
import io.github.maque.examples.align.WarningSettings;
import io.github.maque.model.generate.GenerationOptions;
import io.github.maque.tokenizer.ChatMessage;
import io.github.maque.tokenizer.SpecialTokens;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All that a run learns preferences with, opened. */
final class PreferenceJob implements AutoCloseable {
  private final PreferenceConfig config;
  private final OpenedModel model;
  private final Path directory;
  private final PreferenceData data;
  private final PreferenceSequences training;
  private final Optional<PreferenceSequences> validation;
  private final Adapters adapters;
  private @Nullable OpenedModel reference;

  private PreferenceJob(
      PreferenceConfig config,
      OpenedModel model,
      Path directory,
      PreferenceData data,
      PreferenceSequences training,
      Optional<PreferenceSequences> validation) {
    this.config = config;
    this.model = model;
    this.directory = directory;
    this.data = data;
    this.training = training;
    this.validation = validation;
    adapters = new Adapters(model, config.adapter(), config.freeze(), config.training().seed());
  }

  /**
   * Reads and packs the pairs, and writes down what the run begins with.
   *
   * @param model as it is before it learns
   * @param directory of the run
   */
  static PreferenceJob open(PreferenceConfig config, OpenedModel model, Path directory)
      throws IOException {
    PreferenceSettings settings = config.data();
    int context = model.decoder().config().contextLength();
    int longest = settings.maxLength().orElse(context);
    if (longest > context) {
      throw new IllegalArgumentException(
          String.format(
              "data.max-length must be at most the model's context of %d tokens, got %d",
              context, longest));
    }
    List<String> files = settings.files().stream().map(Path::toString).toList();
    PreferenceData data =
        PreferenceData.builder(model.template(), model.tokenizer())
            .preferences(RecordSource.of(DialogueFormats.preferences(), files))
            .maxLength(longest)
            .overlong(settings.overlong())
            .heldOut(settings.heldOut())
            .read();
    int length = settings.sequenceLength().orElse(2 * longest);
    SpecialTokens special = model.tokenizer().specialTokens();
    int pad = special.pad().orElse(special.eos().orElse(0));
    Optional<PreferenceSequences> validation = Optional.empty();
    if (data.validation().isPresent()) {
      validation = Optional.of(PreferenceSequences.bestFit(data.validation().get(), length, pad));
    }
    RunBase.keep(directory, config.model().orElseThrow(), model);
    return new PreferenceJob(
        config,
        model,
        directory,
        data,
        PreferenceSequences.bestFit(data.training(), length, pad),
        validation);
  }

  /** Returns the pairs. */
  PreferenceData data() {
    return data;
  }

  /** Returns the rows that are trained on. */
  PreferenceSequences training() {
    return training;
  }

  /** Returns what learns. */
  Adapters adapters() {
    return adapters;
  }

  /** Returns the trainer, after the reference's log-probabilities were computed or found. */
  TrainerBuilder trainer(Progress progress) throws IOException {
    Files.createDirectories(directory);
    PreferenceObjective objective =
        PreferenceObjective.builder(model.manager(), training, config.loss())
            .reference(reference(training, "reference-training.jsonl"))
            .lengthNormalized(config.lengthNormalized())
            .sftWeight(config.sftWeight())
            .build();
    TrainerBuilder builder =
        Trainer.on(model.decoder())
            .data(training)
            .options(config.training())
            .objective(objective)
            .tokenizer(model.tokenizer())
            .modelFormat(adapters.format())
            .configuration(config.toYaml())
            .directory(directory);
    if (validation.isPresent()) {
      PreferenceSequences rows = validation.get();
      builder.validation(rows, objective.over(rows, reference(rows, "reference-validation.jsonl")));
    }
    addWarning(builder, progress);
    return builder;
  }

  private Reference reference(PreferenceSequences rows, String file) throws IOException {
    if (!config.loss().needsReference()) {
      return Reference.none();
    }
    return config.reference() == ReferenceKind.ADAPTER_OFF
        ? withoutAdapter(adapters.adapter().orElseThrow())
        : ReferenceLogProbabilities.cached(directory.resolve(file), model.decoder(), rows);
  }

  private ReferenceModel withoutAdapter(LoraAdapter adapter) {
    return ReferenceModel.withoutAdapter(model.decoder(), adapter::disabled);
  }

  private void addWarning(TrainerBuilder builder, Progress progress) throws IOException {
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
      builder.probe(samples(prompts, settings, progress));
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

  private PolicySamples samples(
      List<List<ChatMessage>> prompts, WarningSettings settings, Progress progress)
      throws IOException {
    return PolicySamples.builder(model.decoder(), model.tokenizer(), model.template(), prompts)
        .reference(referenceOfSamples(progress))
        .options(
            GenerationOptions.builder()
                .maxNewTokens(settings.answerTokens())
                .temperature(1)
                .seed(config.training().seed())
                .build())
        .build();
  }

  /** What the policy writes is not known before, so its likelihood under the reference is not. */
  private ReferenceModel referenceOfSamples(Progress progress) throws IOException {
    if (adapters.adapter().isPresent()) {
      return withoutAdapter(adapters.adapter().get());
    }
    OpenedModel opened =
        OpenedModel.open(model.path(), null, model.decoder().precision(), progress);
    reference = opened;
    return ReferenceModel.of(opened.decoder());
  }

  /** Returns what became of the pairs to train on. */
  PreferencePairs.Report report() {
    return data.training().report();
  }

  @Override
  public void close() {
    adapters.close();
    if (reference != null) {
      reference.close();
    }
  }
}
