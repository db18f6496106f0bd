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
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
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

  /** More do not fit in a line. */
  private static final int MOST_FIGURES = 4;

  /** The first updates say little about how long all of them take. */
  private static final int STEPS_TO_JUDGE_BY = 20;

  private final @Nullable PrintWriter out;
  private final Progress progress;
  private final LongSupplier nanos;
  private long steps = 1;
  private long firstStep = 1;
  private long startNanos;
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
    this(out, progress, System::nanoTime);
  }

  /** Creates a console with another clock. */
  TrainingConsole(@Nullable PrintWriter out, Progress progress, LongSupplier nanos) {
    this.out = out;
    this.progress = progress;
    this.nanos = nanos;
  }

  @Override
  public void started(RunDescription run) {
    steps = run.steps();
    firstStep = run.firstStep();
    startNanos = nanos.getAsLong();
    printedStep = run.firstStep() - 1;
    printedNanos = nanos.getAsLong();
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
          "step %,d of %,d  loss %.4f%s  %,.0f tokens/s%s%s  %s left",
          step.step(),
          steps,
          lossSum / losses, // of none is no number
          figures(step.others()),
          step.tokensPerSecond(),
          share(step, "  %.0f %% of matrix products"),
          step.memoryBytes() == 0 ? "" : "  " + ByteSize.toText(step.memoryBytes()),
          time(secondsLeft(step)));
      printedStep = step.step();
      printedNanos = nanos.getAsLong();
      lossSum = 0;
      losses = 0;
    }
  }

  /**
   * What is left takes as long as what was done, with all that came between updates; at first, as
   * long as the update.
   */
  private double secondsLeft(StepMetrics step) {
    long done = step.step() - firstStep + 1;
    double each =
        done < STEPS_TO_JUDGE_BY ? step.seconds() : (nanos.getAsLong() - startNanos) / 1e9 / done;
    return each * (steps - step.step());
  }

  private static String figures(Map<String, Double> figures) {
    return figures.entrySet().stream()
        .filter(figure -> !figure.getValue().isNaN())
        .limit(MOST_FIGURES)
        .map(figure -> String.format(Locale.ROOT, "  %s %.4g", figure.getKey(), figure.getValue()))
        .collect(Collectors.joining());
  }

  private boolean isDue(long step) {
    long silence = nanos.getAsLong() - printedNanos;
    boolean far = (step - printedStep) * MOST_LINES >= steps || silence >= MOST_NANOS;
    return step == 1 || step == steps || silence >= LEAST_NANOS && far;
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
      line.append(String.format(Locale.ROOT, "validation loss %.4f", evaluation.loss()));
      evaluation
          .perplexity()
          .ifPresent(value -> line.append(String.format(Locale.ROOT, "  perplexity %.2f", value)));
      evaluation
          .bitsPerByte()
          .ifPresent(bits -> line.append(String.format(Locale.ROOT, "  bits per byte %.4f", bits)));
      line.append(evaluation.best() ? "  (the best so far)" : "");
    } else {
      line.append(evaluation.figures().isEmpty() ? "samples" : "evaluation");
    }
    print("%s%s", line, figures(evaluation.figures()));
    for (Evaluation.Sample sample : evaluation.samples()) {
      (sample.prompt() + sample.text())
          .strip()
          .lines()
          .forEach(text -> print("  | %s", visible(text)));
    }
  }

  @Override
  public void saved(SavedCheckpoint checkpoint) {
    print(
        "saved %s, %s", checkpoint.directory().getFileName(), ByteSize.toText(checkpoint.bytes()));
  }

  @Override
  public void warned(Warning warning) {
    print("warning: step %,d: %s", warning.step(), visible(warning.message()));
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

  /** Returns a text whose control characters, which may do anything to a terminal, are shown. */
  private static String visible(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (Character.getType(c) == Character.CONTROL) {
                shown.append(String.format(Locale.ROOT, "\\u{%X}", c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown.toString();
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
