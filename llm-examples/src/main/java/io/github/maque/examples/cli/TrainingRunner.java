package io.github.maque.examples.cli;

import io.github.maque.align.adapter.LoraAdapter;
import io.github.maque.examples.align.TunedModel;
import io.github.maque.examples.pretrain.RunResult;
import io.github.maque.train.Trainer;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.RunDirectory;
import io.github.maque.train.schedule.Horizon;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BiConsumer;
import picocli.CommandLine;

/**
 * Trains for a verb: says before what is going to be done, shows how it goes, saves and ends on
 * Ctrl-C, and says in the end what came of it.
 */
final class TrainingRunner {
  private final CommandLine command;
  private final boolean silent;

  /**
   * Creates a runner.
   *
   * @param silent whether nothing is shown while it trains
   */
  TrainingRunner(CommandLine command, boolean silent) {
    this.command = command;
    this.silent = silent;
  }

  /**
   * Trains.
   *
   * @param builder all of the trainer but who listens
   * @param plan writes down what is going to be done
   * @return what came of it
   */
  TrainingResult train(
      TrainerBuilder builder, Progress progress, Summary summary, BiConsumer<Horizon, Summary> plan)
      throws IOException {
    TrainingConsole console = new TrainingConsole(silent ? null : command.getOut(), progress);
    Trainer trainer = builder.listener(console).build();
    Summary before = new Summary();
    plan.accept(trainer.horizon(), before);
    console.print("%s", before.toText());
    TrainingResult result = train(trainer);
    summary.addFigures(before);
    summary.print("");
    new RunFigures(result.history()).addTo(summary);
    return result;
  }

  /** Trains, and says nothing but how it goes. */
  TrainingResult train(TrainerBuilder builder, Progress progress) throws IOException {
    TrainingConsole console = new TrainingConsole(silent ? null : command.getOut(), progress);
    return train(builder.listener(console).build());
  }

  private TrainingResult train(Trainer trainer) throws IOException {
    PrintWriter err = command.getErr();
    Runnable stop =
        () -> {
          trainer.stop();
          err.println("ends after this step and saves; a second signal ends it at once");
          err.flush();
        };
    TrainingInterruption interruption = new TrainingInterruption(stop);
    try {
      return trainer.train();
    } finally {
      interruption.close();
    }
  }

  /** Says where everything is that a run has left. */
  static void addPlaces(Path directory, TrainingResult result, Summary summary) {
    result.lastCheckpoint().ifPresent(path -> summary.text("checkpoint", path.toString()));
    result.bestCheckpoint().ifPresent(path -> summary.text("best_checkpoint", path.toString()));
    summary.text("report", new RunDirectory(directory).report().toString());
  }

  /** Says what to do after a run that was asked to end. */
  static String afterStop(TrainingResult result, String sameCommand) {
    return result.lastCheckpoint().isEmpty()
        ? "it was stopped before there was anything to save; the same command begins anew"
        : "it was stopped and saved; " + sameCommand + " goes on";
  }

  /** Says that a run is complete, and what came of it. */
  static Summary finishedBefore(RunResult result) {
    Summary summary = new Summary().data("finished_before", true);
    summary.print("finished before", "yes, nothing was left to do");
    new RunFigures(result.training().history()).addTo(summary);
    return summary;
  }

  /** Says what learns. */
  static void add(TunedModel tuned, Summary plan) {
    tuned
        .adapter()
        .map(LoraAdapter::config)
        .ifPresent(
            config -> {
              plan.data("adapter", RecordFields.of(config));
              plan.print("adapter", config.toString());
            });
    plan.count("trained_parameters", tuned.trainedParameters());
    if (tuned.dependsOnKnownEndOfTurn()) {
      String end = tuned.model().template().endOfTurn();
      plan.text(
          "note",
          "answers end with "
              + end
              + ", whose embedding does not learn here: if the model was not trained with it before,"
              + " its answers will not end; the chat templates story and instruction end with the"
              + " tokenizer's end of text, which it knows");
    }
  }

  /** Says how long a run is. */
  static void add(Horizon horizon, Summary plan) {
    plan.data("steps", horizon.steps());
    plan.print(
        "steps",
        String.format(Locale.ROOT, "%,d of %,d tokens", horizon.steps(), horizon.tokensPerStep()));
  }
}
