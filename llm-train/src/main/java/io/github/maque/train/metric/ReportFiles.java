package io.github.maque.train.metric;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Keeps {@code report.html} and the curves as PNG files up to date: they are written anew after
 * evaluations and at the end. Training waits for that, so the report skips an evaluation if it
 * would take more than a fiftieth of the run's time.
 */
public final class ReportFiles implements TrainingListener {
  private static final int MOST_OF_TIME = 50;

  private final Path directory;
  private final HistoryRecorder recorder;
  private long nextWrite = System.nanoTime();

  /**
   * Creates the listener.
   *
   * @param directory is made if need be
   * @param earlier what happened before the run goes on; {@link RunHistory#EMPTY} if it begins
   */
  public ReportFiles(Path directory, RunHistory earlier) {
    this.directory = directory;
    recorder = new HistoryRecorder(earlier);
  }

  @Override
  public void started(RunDescription run) {
    recorder.started(run);
  }

  @Override
  public void stepped(StepMetrics step) {
    recorder.stepped(step);
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    recorder.evaluated(evaluation);
    if (System.nanoTime() - nextWrite >= 0) {
      write();
    }
  }

  @Override
  public void saved(SavedCheckpoint checkpoint) {
    recorder.saved(checkpoint);
  }

  @Override
  public void warned(Warning warning) {
    recorder.warned(warning);
  }

  @Override
  public void ended(RunEnd end) {
    recorder.ended(end);
    write();
  }

  private void write() {
    long start = System.nanoTime();
    try {
      HtmlReport.writeAll(directory, recorder.history());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the report to " + directory, e);
    }
    nextWrite = start + MOST_OF_TIME * (System.nanoTime() - start);
  }
}
