package io.github.maque.train.metric;

import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * Pictures of a run over its steps, as PNG files. They need no display. Long runs are drawn with
 * fewer points, the spikes among them.
 */
enum Curves {
  /** The loss of training, as it was and smoothed, of validation, and of updates left out. */
  LOSS("loss", "Loss", 1120, 440) {
    @Override
    void draw(RunHistory history, CurveChart chart) {
      drawLoss(history, chart);
    }
  },
  /** The learning rate. */
  LEARNING_RATE("learning-rate", "Learning rate", 440, 300) {
    @Override
    void draw(RunHistory history, CurveChart chart) {
      chart.fromZero().inPowerOfTen("learning rate", steps(history, StepMetrics::learningRate));
    }
  },
  /** The gradient norm before clipping, logarithmic. */
  GRADIENT_NORM("gradient-norm", "Gradient norm", 440, 300) {
    @Override
    void draw(RunHistory history, CurveChart chart) {
      CurvePoints norms =
          points(
              history,
              step -> step.gradientNorm() > 0,
              step -> Math.max(SMALLEST_NORM, step.gradientNorm()));
      chart.logarithmic(norms).faintLine("each", norms).line("smoothed", smooth(norms));
    }
  },
  /** The speed of training. */
  TOKENS_PER_SECOND("tokens-per-second", "Tokens per second", 440, 300) {
    @Override
    void draw(RunHistory history, CurveChart chart) {
      CurvePoints speeds = steps(history, StepMetrics::tokensPerSecond);
      chart.fromZero().faintLine("each", speeds).line("smoothed", smooth(speeds));
    }
  };

  /** Far below any gradient, and far above what has no logarithm. */
  private static final double SMALLEST_NORM = 1e-100;

  private final String fileName;
  private final String title;
  private final int width;
  private final int height;

  Curves(String name, String title, int width, int height) {
    this.fileName = name + ".png";
    this.title = title;
    this.width = width;
    this.height = height;
  }

  abstract void draw(RunHistory history, CurveChart chart);

  /** Returns what a file of the picture is called. */
  String fileName() {
    return fileName;
  }

  /** Returns what the picture shows, in a few words. */
  String title() {
    return title;
  }

  /** Returns how many units the picture is wide, a pixel each at scale 1. */
  int width() {
    return width;
  }

  /** Returns how many units the picture is high. */
  int height() {
    return height;
  }

  /**
   * Draws the picture.
   *
   * @param scale pixels for each unit of length, 1 to 8; letters and lines grow with it
   * @return a PNG file
   */
  byte[] png(RunHistory history, int scale) {
    if (scale < 1 || scale > 8) {
      throw new IllegalArgumentException("scale must be from 1 to 8, got " + scale);
    }
    CurveChart chart = new CurveChart(title, width, height);
    draw(history, chart);
    return chart.png(scale);
  }

  private static void drawLoss(RunHistory history, CurveChart chart) {
    CurvePoints all = steps(history, StepMetrics::loss);
    CurvePoints made = points(history, step -> !step.skipped(), StepMetrics::loss);
    CurvePoints validation =
        CurvePoints.of(
            history.evaluations(), evaluation -> true, Evaluation::step, Evaluation::loss);
    double limit = limit(made, validation);
    // A loss that is no number has no place on the axis, and is drawn where the highest are.
    CurvePoints skipped =
        CurvePoints.of(
            history.steps(),
            StepMetrics::skipped,
            StepMetrics::step,
            step -> Double.isFinite(step.loss()) ? step.loss() : Double.MAX_VALUE);
    chart
        .legend()
        .faintLine("training", all.atMost(limit))
        .line("training, smoothed", smooth(made).atMost(limit))
        .dots("validation", validation.atMost(limit))
        .triangles("above the axis", all.above(limit).atMost(limit))
        .crosses("left out", skipped.atMost(limit));
  }

  /** Returns where the axis of losses ends, so that a spike does not flatten all the rest. */
  private static double limit(CurvePoints training, CurvePoints validation) {
    double[] losses =
        DoubleStream.concat(DoubleStream.of(training.y()), DoubleStream.of(validation.y()))
            .toArray();
    if (losses.length == 0) {
      return 1;
    }
    double lowest = DoubleStream.of(losses).min().getAsDouble();
    double highest = DoubleStream.of(losses).max().getAsDouble();
    // Most runs begin with their highest losses, and those belong in the picture.
    double usual =
        Math.max(
            new CurvePoints(losses, losses).quantile(0.99),
            DoubleStream.of(training.y()).limit(10).max().orElse(lowest));
    double limit = usual + 0.5 * (usual - lowest);
    return highest <= limit ? highest : limit;
  }

  private static CurvePoints steps(RunHistory history, ToDoubleFunction<StepMetrics> value) {
    return points(history, step -> true, value);
  }

  private static CurvePoints points(
      RunHistory history, Predicate<StepMetrics> choice, ToDoubleFunction<StepMetrics> value) {
    return CurvePoints.of(history.steps(), choice, StepMetrics::step, value);
  }

  private static CurvePoints smooth(CurvePoints points) {
    return points.smoothed(CurvePoints.MOST / 2);
  }
}
