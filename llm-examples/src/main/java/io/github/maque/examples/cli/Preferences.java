package io.github.maque.examples.cli;

import io.github.maque.align.preference.PreferencePairs;
import io.github.maque.examples.align.PreferenceConfig;
import io.github.maque.examples.align.PreferenceJob;
import io.github.maque.examples.pretrain.RunResult;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.Warning;
import io.github.maque.train.schedule.Horizon;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains a model on preferences. */
@Command(
    name = "dpo",
    description = {
      "Trains a model on pairs of a better and a worse answer: by DPO, conservative DPO, IPO, hinge,"
          + " SimPO or ORPO (--set loss.kind=…). The log-probabilities of the model as it was are"
          + " computed once and kept in the run's directory.",
      "At each evaluation the model answers held-out prompts. If it leaves its reference by too far,"
          + " finds even chosen answers unlikely, or gets worse on held-out pairs, the run is saved"
          + " and ended, with the reason; --set warning.action=warn only tells it. The run is kept,"
          + " ended and gone on with as pretrain does."
    })
final class Preferences extends Verb {
  @Spec private @Nullable CommandSpec spec;

  @Mixin private final AlignmentOptions options = new AlignmentOptions();

  private boolean stopped;

  @Override
  protected Summary run() throws IOException {
    PreferenceConfig config = options.read(PreferenceConfig.yaml(), PreferenceConfig.class);
    if (config.model().isEmpty()) {
      throw rejection("--model must say which model to go on from");
    }
    if (config.data().files().isEmpty()) {
      throw rejection("--data must say what to learn from");
    }
    Optional<RunResult> before = PreferenceJob.complete(config, options.out());
    if (before.isPresent()) {
      return tell(before.get(), TrainingRunner.finishedBefore(before.get()));
    }
    TrainingRunner runner =
        new TrainingRunner(Objects.requireNonNull(spec).commandLine(), isJson());
    try (Progress progress = progress();
        PreferenceJob job = PreferenceJob.open(config, options.out(), progress.loading())) {
      Summary summary = new Summary();
      TrainingResult result =
          runner.train(
              job.trainer(),
              progress,
              summary,
              (horizon, plan) -> plan(config, job, horizon, plan));
      return tell(job.result(result), summary);
    }
  }

  private Summary tell(RunResult result, Summary summary) {
    TrainingRunner.addPlaces(options.out(), result.training(), summary);
    stopped = !result.isComplete();
    if (stopped) {
      return summary.print("", TrainingRunner.afterStop(result.training(), "the same command"));
    }
    summary.data("ended_early", result.endedEarly());
    summary.data("findings", findings(result.training()));
    findings(result.training()).forEach(finding -> summary.print("found", finding));
    if (!result.endedEarly().isEmpty()) {
      summary.print(
          "",
          result.model().isEmpty()
              ? "ended early, before anything good was saved: a lower learning rate may help"
              : "ended early; what was made is the best checkpoint before");
    }
    result.model().ifPresent(made -> summary.text("made", made.toString()));
    return summary;
  }

  private static List<String> findings(TrainingResult result) {
    return result.history().warnings().stream()
        .filter(warning -> warning.kind() == Warning.Kind.STOP_RULE)
        .map(Warning::message)
        .toList();
  }

  private void plan(PreferenceConfig config, PreferenceJob job, Horizon horizon, Summary plan) {
    PreferencePairs.Report report = job.data().training().report();
    plan.text("model", job.tuned().model().path().toString());
    plan.text("out", options.out().toString());
    plan.text("loss", config.loss().toString());
    plan.data("data", RecordFields.of(report));
    plan.print(
        "pairs",
        String.format(
            Locale.ROOT,
            "%,d to train on, %,d answers cut, %,d pairs left out; %,d held out, %,d unreadable",
            report.kept(),
            report.truncatedSides(),
            report.added() - report.kept(),
            job.data().validation().map(PreferencePairs::size).orElse(0),
            job.data().unreadable()));
    plan.print(
        "rows",
        String.format(
            Locale.ROOT, "%,d of %,d tokens", job.training().size(), job.training().length()));
    TrainingRunner.add(job.tuned(), plan);
    TrainingRunner.add(horizon, plan);
  }

  @Override
  protected int exitCode() {
    return stopped ? TrainingInterruption.STOPPED : 0;
  }
}
