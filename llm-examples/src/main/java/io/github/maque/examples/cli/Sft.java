package io.github.maque.examples.cli;

import io.github.maque.align.sft.FineTuningData;
import io.github.maque.align.sft.FineTuningDataBuilder;
import io.github.maque.align.sft.FineTuningReport;
import io.github.maque.align.sft.MaskPreview;
import io.github.maque.data.dialogue.DialogueFormats;
import io.github.maque.data.pack.ConcatenatedSequences;
import io.github.maque.data.shard.Split;
import io.github.maque.data.shard.TokenDataset;
import io.github.maque.data.source.RecordSource;
import io.github.maque.examples.align.DialogueSettings;
import io.github.maque.examples.align.FineTuneConfig;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.schedule.Amount;
import io.github.maque.train.schedule.Horizon;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Fine-tunes a model on conversations. */
@Command(
    name = "sft",
    description = {
      "Fine-tunes a model on conversations or on stories written to order: only what the assistant"
          + " says is learnt, with the token that ends it. One conversation is shown first, with"
          + " what is learnt of it in colour or in brackets.",
      "The run is kept in a directory as pretrain keeps it, and ends and goes on likewise. With"
          + " --lora checkpoints hold the adapter alone, in PEFT's format; the whole model is in"
          + " the directory model in the end."
    })
final class Sft extends Verb {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private final AlignmentOptions options = new AlignmentOptions();

  @Option(
      names = "--replay",
      paramLabel = "DIR",
      description =
          "Data of pre-training to mix in, against forgetting; the same as --set"
              + " replay.directory=DIR.")
  private @Nullable Path replay;

  @Option(
      names = "--preview",
      description = "Show what would be trained on, and end before anything is trained.")
  private boolean preview;

  private boolean stopped;

  @Override
  protected Summary run() throws IOException {
    FineTuneConfig config = options.read(TrainingOptions.yaml(), FineTuneConfig.class);
    if (replay != null) {
      config = config.withReplay(replay);
    }
    Path path =
        config.model().orElseThrow(() -> rejection("--model must say which model to go on from"));
    if (config.data().files().isEmpty()) {
      throw rejection("--data must say what to learn from");
    }
    config.engine().apply();
    try (Progress progress = progress();
        OpenedModel model =
            RunBase.open(
                options.out(), path, options.template(), config.engine().precision(), progress)) {
      FineTuningData data = read(config, model);
      Summary summary = new Summary();
      String sample =
          MaskPreview.of(model.tokenizer())
              .colours(!isJson() && Terminal.takesColours())
              .render(data.samples(), 0);
      return preview
          ? preview(summary, data, sample)
          : train(config, model, data, sample, progress, summary);
    }
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
    List<String> files = settings.files().stream().map(Path::toString).toList();
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

  private Summary preview(Summary summary, FineTuningData data, String sample) {
    summary.text("sample", sample);
    add(data, summary);
    return summary;
  }

  private Summary train(
      FineTuneConfig config,
      OpenedModel model,
      FineTuningData data,
      String sample,
      Progress progress,
      Summary summary)
      throws IOException {
    RunBase.keep(options.out(), config.model().orElseThrow(), model);
    TrainingRunner runner =
        new TrainingRunner(Objects.requireNonNull(spec).commandLine(), isJson());
    try (Adapters adapters =
        new Adapters(model, config.adapter(), config.freeze(), config.training().seed())) {
      TrainingResult result =
          runner.train(
              trainer(config, model, data, adapters),
              progress,
              summary,
              (horizon, plan) -> plan(model, data, adapters, sample, horizon, plan));
      stopped = runner.stopped();
      TrainingRunner.addPlaces(options.out(), result, summary);
      if (stopped) {
        return summary.print("", TrainingRunner.afterStop(result, "the same command"));
      }
      adapters
          .result(options.out(), result)
          .ifPresent(made -> summary.text("made", made.toString()));
      return summary;
    }
  }

  private TrainerBuilder trainer(
      FineTuneConfig config, OpenedModel model, FineTuningData data, Adapters adapters) {
    TrainingOptions training = config.training();
    if (training.duration().unit() == Amount.Unit.FRACTION) {
      training =
          training.withDuration(data.passes(training.duration().value(), training.tokensPerStep()));
    }
    TrainerBuilder builder =
        Trainer.on(model.decoder())
            .data(data.mixture())
            .options(training)
            .tokenizer(model.tokenizer())
            .modelFormat(adapters.format())
            .configuration(config.toYaml())
            .directory(options.out());
    data.validation().ifPresent(builder::validation);
    if (data.validation().isPresent()) {
      data.bytesPerToken().ifPresent(builder::bytesPerToken);
    }
    return builder;
  }

  private void plan(
      OpenedModel model,
      FineTuningData data,
      Adapters adapters,
      String sample,
      Horizon horizon,
      Summary plan) {
    plan.text("model", model.path().toString()).text("out", options.out().toString());
    add(data, plan);
    adapters.addTo(plan);
    plan.data("steps", horizon.steps());
    plan.print(
        "steps",
        String.format(Locale.ROOT, "%,d of %,d tokens", horizon.steps(), horizon.tokensPerStep()));
    plan.print("");
    plan.text("sample", sample);
  }

  private static void add(FineTuningData data, Summary summary) {
    FineTuningReport report = data.report();
    summary.data("data", RecordFields.of(report));
    summary.print(
        "dialogues",
        String.format(
            Locale.ROOT,
            "%,d, of which %,d are held out, %,d unreadable, %,d too long and left out, %,d without"
                + " an answer in the window",
            report.dialogues(),
            report.heldOut(),
            report.unreadable(),
            report.dropped(),
            report.withoutAnswer()));
    summary.print(
        "tokens",
        String.format(
            Locale.ROOT,
            "%,d, %.1f %% of them learnt; %,d dialogues cut at their end, %,d inside of an answer",
            report.tokens(),
            100 * report.learnedShare(),
            report.truncated(),
            report.unfinished()));
    summary.print(
        "rows",
        String.format(
            Locale.ROOT, "%,d of %,d tokens", data.sequences().size(), data.sequences().length()));
  }

  @Override
  protected int exitCode() {
    return stopped ? TrainingInterruption.STOPPED : 0;
  }
}
