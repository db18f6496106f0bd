package io.github.maque.examples.align;

import io.github.maque.align.sft.FineTuningData;
import io.github.maque.align.sft.FineTuningDataBuilder;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.pack.ConcatenatedSequences;
import io.github.maque.data.shard.Split;
import io.github.maque.data.shard.TokenDataset;
import io.github.maque.data.source.RecordSource;
import io.github.maque.examples.WorkListener;
import io.github.maque.examples.model.OpenedModel;
import io.github.maque.examples.pretrain.RunResult;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.schedule.Amount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A run of fine-tuning, opened: the model, what it learns from and what of it learns.
 *
 * <pre>{@code
 * RunResult made = FineTuneJob.run(config, Path.of("sft"), WorkListener.SILENT, listener);
 * }</pre>
 */
public final class FineTuneJob implements AutoCloseable {
  private final FineTuneConfig config;
  private final Path directory;
  private final FineTuningData data;
  private final TunedModel tuned;

  private FineTuneJob(
      FineTuneConfig config, Path directory, FineTuningData data, TunedModel tuned) {
    this.config = config;
    this.directory = directory;
    this.data = data;
    this.tuned = tuned;
  }

  /**
   * Does all there is to do: nothing if the run is complete, and otherwise what is left of it.
   *
   * @param directory of the run
   * @param loading hears of the model's weights
   * @param training hears of the training
   */
  public static RunResult run(
      FineTuneConfig config, Path directory, WorkListener loading, TrainingListener training)
      throws IOException {
    Optional<RunResult> before = complete(config, directory);
    if (before.isPresent()) {
      return before.get();
    }
    try (FineTuneJob job = open(config, directory, loading)) {
      return job.result(job.trainer().listener(training).build().train());
    }
  }

  /**
   * Returns what the run has left, if it is complete; see {@link RunResult#complete}. Neither model
   * nor data are opened for that.
   */
  public static Optional<RunResult> complete(FineTuneConfig config, Path directory)
      throws IOException {
    return TunedModel.complete(
        directory,
        config.toYaml(),
        config.adapter().isPresent(),
        RecordSource.of(DialogueFormats.dialogues(), paths(config)),
        config.replay().directory());
  }

  /**
   * Opens the model and reads the data; nothing is written yet.
   *
   * @throws IOException if a file is missing or damaged, or the run began with a model that is
   *     another now
   * @throws IllegalArgumentException if no model or no data are named, or things do not go together
   */
  public static FineTuneJob open(FineTuneConfig config, Path directory, WorkListener loading)
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
      FineTuningData data = read(config, model);
      return new FineTuneJob(
          config,
          directory,
          data,
          new TunedModel(model, config.adapter(), config.freeze(), config.training().seed()));
    } catch (IOException | RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private static List<String> paths(FineTuneConfig config) {
    return config.data().files().stream().map(Path::toString).toList();
  }

  private static FineTuningData read(FineTuneConfig config, OpenedModel model) throws IOException {
    DialogueSettings settings = config.data();
    int length = settings.sequenceLength().orElse(model.decoder().config().contextLength());
    FineTuningDataBuilder builder =
        FineTuningData.builder(model.template(), model.tokenizer())
            .length(length)
            .loss(settings.loss())
            .overlong(settings.overlong())
            .heldOut(settings.heldOut());
    if (settings.promptWeight() != 0) {
      builder.promptWeight(settings.promptWeight());
    }
    if (!settings.packed()) {
      builder.onePerRow();
    }
    List<String> files = paths(config);
    switch (DialogueLayout.resolve(settings.format(), files, "data.format")) {
      case DIALOGUES -> builder.dialogues(RecordSource.of(DialogueFormats.dialogues(), files));
      case STORY_BLOCKS -> builder.stories(RecordSource.of(DialogueFormats.storyBlocks(), files));
      case STORY_RECORDS -> builder.stories(RecordSource.of(DialogueFormats.storyRecords(), files));
      case AUTO -> throw new IllegalStateException("the format is resolved");
    }
    if (config.replay().directory().isPresent()) {
      TokenDataset stories =
          TokenDataset.open(config.replay().directory().get(), Split.TRAIN)
              .requireTokenizer(model.tokenizer());
      builder.replay(ConcatenatedSequences.of(stories, length), config.replay().share());
    }
    return builder.read();
  }

  /** Returns what is learnt from. */
  public FineTuningData data() {
    return data;
  }

  /** Returns what learns. */
  public TunedModel tuned() {
    return tuned;
  }

  /** Returns the trainer, after writing down what the run begins with. */
  public TrainerBuilder trainer() throws IOException {
    tuned.keepBase(directory, config.model().orElseThrow());
    TrainingOptions training = config.training();
    if (training.duration().unit() == Amount.Unit.FRACTION) {
      training =
          training.withDuration(data.passes(training.duration().value(), training.tokensPerStep()));
    }
    TrainerBuilder builder =
        tuned.trainer(training, config.toYaml(), directory).data(data.mixture());
    data.validation().ifPresent(builder::validation);
    return builder;
  }

  /** Returns what the run has left; if it is complete, a model that everything opens. */
  public RunResult result(TrainingResult training) throws IOException {
    return tuned.result(directory, training);
  }

  @Override
  public void close() {
    tuned.close();
  }
}
