package io.github.maque.examples.cli;

import io.github.maque.train.metric.Evaluation;
import io.github.maque.train.metric.RunDescription;
import io.github.maque.train.metric.RunEnd;
import io.github.maque.train.metric.SavedCheckpoint;
import io.github.maque.train.metric.StepMetrics;
import io.github.maque.train.metric.TrainingListener;
import io.github.maque.train.metric.Warning;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A run as people follow it: what happens now and then as lines on standard output, and updates as
 * a bar on a terminal, elsewhere as a line every few seconds.
 */
final class TrainingConsole implements TrainingListener {
  /** Lines are at least so far apart. */
  private static final long LEAST_NANOS = Duration.ofSeconds(5).toNanos();

  /** So long a silence is too long, however small the part of the run. */
  private static final long MOST_NANOS = Duration.ofMinutes(1).toNanos();

  private static final int MOST_LINES = 100;

  private final @Nullable PrintWriter out;
  private final Progress progress;
  private long steps = 1;
  private long tokensPerStep;
  private long printedStep;
  private long printedNanos;
  private double lossSum;
  private int losses;

  /**
   * Creates a console.
   *
   * @param out where lines go, or null for none
   */
  TrainingConsole(@Nullable PrintWriter out, Progress progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public void started(RunDescription run) {
    steps = run.steps();
    tokensPerStep = run.tokensPerStep();
    printedStep = run.firstStep() - 1;
    printedNanos = System.nanoTime();
    if (run.firstStep() > 1) {
      print("goes on with step %,d of %,d", run.firstStep(), run.steps());
    }
    print(
        "computes %d %s at once in %s on the %s%s",
        run.rowsPerMicroBatch(),
        run.rowsPerMicroBatch() == 1 ? "sequence" : "sequences",
        run.precision().toLowerCase(Locale.ROOT).replace('_', '-'),
        run.device().replace("()", ""),
        Double.isNaN(run.flopsPerSecond())
            ? ""
            : String.format(
                Locale.ROOT,
                ", which multiplies matrices at %,.0f GFLOP/s",
                run.flopsPerSecond() / 1e9));
  }

  @Override
  public void stepped(StepMetrics step) {
    if (Double.isFinite(step.loss())) {
      lossSum += step.loss();
      losses++;
    }
    if (progress.isShown()) {
      progress.update("Training", step.step(), steps, "steps", brief(step));
    } else if (isDue(step.step())) {
      print(
          "step %,d of %,d  loss %.4f  %,.0f tokens/s%s%s  %s left",
          step.step(),
          steps,
          lossSum / losses, // of none is no number
          step.tokensPerSecond(),
          share(step, "  %.0f %% of matrix products"),
          step.memoryBytes() == 0 ? "" : "  " + ByteSize.toText(step.memoryBytes()),
          time((steps - step.step()) * tokensPerStep / step.tokensPerSecond()));
      printedStep = step.step();
      printedNanos = System.nanoTime();
      lossSum = 0;
      losses = 0;
    }
  }

  private boolean isDue(long step) {
    long nanos = System.nanoTime() - printedNanos;
    boolean far = (step - printedStep) * MOST_LINES >= steps || nanos >= MOST_NANOS;
    return step == 1 || step == steps || nanos >= LEAST_NANOS && far;
  }

  private static String brief(StepMetrics step) {
    return String.format(
        Locale.ROOT,
        "%.3f, %,.0f tok/s%s, %s",
        step.loss(),
        step.tokensPerSecond(),
        share(step, ", %.0f %%"),
        ByteSize.toText(step.memoryBytes()));
  }

  private static String share(StepMetrics step, String format) {
    return Double.isNaN(step.utilization())
        ? ""
        : String.format(Locale.ROOT, format, 100 * step.utilization());
  }

  @Override
  public void evaluated(Evaluation evaluation) {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "step %,d  ", evaluation.step()));
    if (!Double.isNaN(evaluation.loss())) {
      line.append(
          String.format(
              Locale.ROOT,
              "validation loss %.4f  perplexity %.2f",
              evaluation.loss(),
              evaluation.perplexity()));
      evaluation
          .bitsPerByte()
          .ifPresent(bits -> line.append(String.format(Locale.ROOT, "  bits per byte %.4f", bits)));
      line.append(evaluation.best() ? "  (the best so far)" : "");
    } else {
      line.append("samples");
    }
    print("%s", line);
    for (Evaluation.Sample sample : evaluation.samples()) {
      print("  | %s", (sample.prompt() + sample.text()).strip().replaceAll("\\R", "\n  | "));
    }
  }

  @Override
  public void saved(SavedCheckpoint checkpoint) {
    print(
        "saved %s, %s", checkpoint.directory().getFileName(), ByteSize.toText(checkpoint.bytes()));
  }

  @Override
  public void warned(Warning warning) {
    print("warning: step %,d: %s", warning.step(), warning.message());
  }

  @Override
  public void ended(RunEnd end) {
    progress.close();
  }

  /** Says something else than what is heard. */
  void print(String format, @Nullable Object... arguments) {
    if (out != null) {
      String line = String.format(Locale.ROOT, format, arguments);
      progress.printAbove(
          () -> {
            out.println(line);
            out.flush();
          });
    }
  }

  /** Returns a time as people tell it: {@code 45 s}, {@code 12 min}, {@code 3 h 05 min}. */
  static String time(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "?";
    }
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    long minutes = Math.round(whole / 60.0);
    return minutes < 60
        ? minutes + " min"
        : String.format(Locale.ROOT, "%,d h %02d min", minutes / 60, minutes % 60);
  }
}
