package io.github.maque.examples.cli;

import io.github.maque.align.sft.FineTuningData;
import io.github.maque.align.sft.FineTuningReport;
import io.github.maque.align.sft.MaskPreview;
import io.github.maque.examples.align.FineTuneConfig;
import io.github.maque.examples.align.FineTuneJob;
import io.github.maque.examples.pretrain.RunResult;
import io.github.maque.train.TrainingOptions;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.schedule.Horizon;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
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
    if (config.model().isEmpty()) {
      throw rejection("--model must say which model to go on from");
    }
    if (config.data().files().isEmpty()) {
      throw rejection("--data must say what to learn from");
    }
    Optional<RunResult> before =
        preview ? Optional.empty() : FineTuneJob.complete(config, options.out());
    if (before.isPresent()) {
      return tell(before.get(), TrainingRunner.finishedBefore(before.get()));
    }
    try (Progress progress = progress();
        FineTuneJob job = FineTuneJob.open(config, options.out(), progress.loading())) {
      Summary summary = new Summary();
      String sample =
          MaskPreview.of(job.tuned().model().tokenizer())
              .colours(!isJson() && Terminal.takesColours())
              .render(job.data().samples(), 0);
      return preview ? preview(summary, job.data(), sample) : train(job, sample, progress, summary);
    }
  }

  private Summary preview(Summary summary, FineTuningData data, String sample) {
    summary.text("sample", sample);
    add(data, summary);
    return summary;
  }

  private Summary train(FineTuneJob job, String sample, Progress progress, Summary summary)
      throws IOException {
    TrainingRunner runner =
        new TrainingRunner(Objects.requireNonNull(spec).commandLine(), isJson());
    TrainingResult result =
        runner.train(
            job.trainer(), progress, summary, (horizon, plan) -> plan(job, sample, horizon, plan));
    return tell(job.result(result), summary);
  }

  private Summary tell(RunResult result, Summary summary) {
    TrainingRunner.addPlaces(options.out(), result.training(), summary);
    stopped = !result.isComplete();
    if (stopped) {
      return summary.print("", TrainingRunner.afterStop(result.training(), "the same command"));
    }
    result.model().ifPresent(made -> summary.text("made", made.toString()));
    return summary;
  }

  private void plan(FineTuneJob job, String sample, Horizon horizon, Summary plan) {
    plan.text("model", job.tuned().model().path().toString());
    plan.text("out", options.out().toString());
    add(job.data(), plan);
    TrainingRunner.add(job.tuned(), plan);
    TrainingRunner.add(horizon, plan);
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
