package io.github.maque.examples.cli;

import io.github.maque.align.rollout.RolloutProgress;
import io.github.maque.examples.WorkListener;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * A bar on standard error while long work is going on, where somebody is there to see it. Used by
 * one thread at a time.
 */
final class Progress implements AutoCloseable {
  /** The unit of bytes, shown as megabytes. */
  static final String BYTES = "MB";

  private static final int WIDTH = 100;

  private final boolean shown;
  private @Nullable ProgressBar bar;
  private String task = "";

  /**
   * Creates a bar that appears with the first {@link #update}.
   *
   * @param wanted whether there is to be one if standard error is a terminal
   */
  Progress(boolean wanted) {
    shown = wanted && Terminal.showsProgress();
  }

  /**
   * Tells how far the work has come; another task begins a new bar.
   *
   * @param total how much there is in all, or -1 if that is not known
   * @param unit what is counted, or {@link #BYTES}
   */
  void update(String newTask, long done, long total, String unit) {
    update(newTask, done, total, unit, "");
  }

  /**
   * Tells how far the work has come, and something about it.
   *
   * @param message a few words to stand behind the bar
   */
  void update(String newTask, long done, long total, String unit, String message) {
    if (!shown) {
      return;
    }
    if (bar == null || !task.equals(newTask)) {
      close();
      task = newTask;
      bar =
          new ProgressBarBuilder()
              .setTaskName(newTask)
              .setInitialMax(total)
              .startsFrom(done, Duration.ZERO)
              .setUnit(" " + unit, unit.equals(BYTES) ? 1_000_000 : 1)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(200)
              .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
              .build();
    }
    bar.setExtraMessage(message);
    bar.stepTo(done);
  }

  /** Returns who hears how many numbers of a model's weights are loaded. */
  WorkListener loading() {
    return (done, total) -> update("Loading", done, total, "numbers");
  }

  /** Returns who hears how many numbers of a model's weights are written. */
  WorkListener writing() {
    return (done, total) -> update("Writing", done, total, "numbers");
  }

  /** Shows how far a model has come with its answers. */
  void answering(RolloutProgress done) {
    String speed =
        done.seconds() == 0
            ? ""
            : String.format(Locale.ROOT, "%,.0f tokens/s", done.tokens() / done.seconds());
    update("Answering", done.answers(), done.wanted(), "answers", speed);
  }

  /** Prints something where the bar stands, which goes on below it. */
  void printAbove(Runnable printing) {
    if (bar == null) {
      printing.run();
      return;
    }
    // A thread of its own draws the bar.
    synchronized (System.err) {
      System.err.print("\r" + " ".repeat(WIDTH) + "\r");
      System.err.flush();
      printing.run();
    }
  }

  /** Returns whether somebody sees the bar. */
  boolean isShown() {
    return shown;
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
