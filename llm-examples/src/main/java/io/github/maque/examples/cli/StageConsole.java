package io.github.maque.examples.cli;

import io.github.maque.align.rollout.RolloutProgress;
import io.github.maque.examples.WorkListener;
import io.github.maque.examples.storyteller.Stage;
import io.github.maque.examples.storyteller.StageRecord;
import io.github.maque.examples.storyteller.StageView;
import io.github.maque.train.TrainerBuilder;
import io.github.maque.train.TrainingResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The stages of a job as lines on standard output, and what they are at as a bar. */
final class StageConsole implements StageView {
  private static final List<Stage> STAGES = List.of(Stage.values());

  private final PrintWriter out;
  private final boolean silent;
  private final Progress progress;
  private final TrainingRunner runner;

  /**
   * Creates a console.
   *
   * @param silent whether nothing is said
   */
  StageConsole(PrintWriter out, boolean silent, Progress progress, TrainingRunner runner) {
    this.out = out;
    this.silent = silent;
    this.progress = progress;
    this.runner = runner;
  }

  @Override
  public void begins(Stage stage) {
    print("%s  %s", title(stage), stage.description());
  }

  @Override
  public void wasDone(Stage stage, StageRecord record) {
    print("%s  was done before, in %s", title(stage), TrainingConsole.time(record.seconds()));
  }

  @Override
  public void ends(Stage stage, StageRecord record) {
    progress.close();
    StringBuilder line = new StringBuilder();
    for (Map.Entry<String, String> fact : record.facts().entrySet()) {
      line.append(fact.getKey()).append(' ').append(fact.getValue()).append(", ");
    }
    print(
        "%s  %sin %s",
        " ".repeat(title(stage).length()), line, TrainingConsole.time(record.seconds()));
  }

  private static String title(Stage stage) {
    return String.format(
        Locale.ROOT, "[%2d/%d] %-9s", STAGES.indexOf(stage) + 1, STAGES.size(), stage.label());
  }

  private void print(String format, Object... arguments) {
    if (!silent) {
      progress.printAbove(
          () -> {
            out.println(String.format(Locale.ROOT, format, arguments));
            out.flush();
          });
    }
  }

  @Override
  public void advances(String work, long done, long total, String unit) {
    progress.update(work, done, total, unit);
  }

  @Override
  public WorkListener weights(String work) {
    return (done, total) -> progress.update(work, done, total, "numbers");
  }

  @Override
  public void answers(RolloutProgress done) {
    progress.answering(done);
  }

  @Override
  public TrainingResult train(TrainerBuilder trainer) throws IOException {
    return runner.train(trainer, progress);
  }
}
