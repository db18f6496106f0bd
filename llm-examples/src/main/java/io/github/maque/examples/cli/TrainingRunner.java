package io.github.maque.examples.cli;

import io.github.maque.train.Trainer;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.TrainingResult;
import io.github.maque.train.metric.RunDirectory;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.schedule.Horizon;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import picocli.CommandLine;

/**
 * Trains for a verb: says before what is going to be done, shows how it goes, saves and ends on
 * Ctrl-C, and says in the end what came of it.
 */
final class TrainingRunner {
  private final CommandLine command;
  private final boolean silent;
  private boolean stopped;

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
    stopped =
        result.history().end().map(end -> end.reason() == RunEnd.Reason.STOPPED).orElse(false);
    summary.addFigures(before);
    summary.print("");
    new RunFigures(result.history()).addTo(summary);
    return result;
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

  /** Returns whether the run was ended before its time: by the user, or by a rule. */
  boolean stopped() {
    return stopped;
  }
}
