package io.github.maque.train.metric;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@code report.html} and the curves as PNG files up to date: they are written anew after
 * evaluations and at the end. Training waits for that, so the report skips an evaluation if it
 * would take more than a fiftieth of the run's time. One that cannot be written is tried again.
 */
public final class ReportFiles implements TrainingListener {
  private static final Logger LOGGER = LoggerFactory.getLogger(ReportFiles.class);
  private static final int MOST_OF_TIME = 50;

  private final Path directory;
  private final HistoryRecorder recorder;
  private long nextWrite = System.nanoTime();
  private boolean failing;

  /**
   * Creates the listener.
   *
   * @param directory is made if need be
   * @param recorder remembers what is reported; it must hear of everything before this does
   */
  public ReportFiles(Path directory, HistoryRecorder recorder) {
    this.directory = directory;
    this.recorder = recorder;
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    if (System.nanoTime() - nextWrite < 0) {
      return;
    }
    try {
      write();
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        LOGGER.warn("the report cannot be written to {}; it is tried again", directory, e);
      }
      failing = true;
    }
  }

  /**
   * Writes the report for the last time.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  @Override
  public void ended(RunEnd end) {
    try {
      write();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the report to " + directory, e);
    }
  }

  private void write() throws IOException {
    long start = System.nanoTime();
    try {
      HtmlReport.writeAll(directory, recorder.history());
    } finally {
      nextWrite = start + MOST_OF_TIME * (System.nanoTime() - start);
    }
  }
}
