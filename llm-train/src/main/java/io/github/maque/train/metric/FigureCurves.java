package io.github.maque.train.metric;

/**
 * The picture of a figure of an objective's or a probe's own: in training, as it was and smoothed,
 * and in validation.
 */
record FigureCurves(String name) {
  static final int WIDTH = 440;
  static final int HEIGHT = 300;

  /** Longer ones do not fit above the picture. */
  private static final int LONGEST_TITLE = 50;

  byte[] png(RunHistory history, int scale) {
    CurvePoints training =
        CurvePoints.of(history.steps(), step -> true, StepMetrics::step, this::of);
    CurvePoints validation =
        CurvePoints.of(history.evaluations(), one -> true, Evaluation::step, this::of);
    return new CurveChart(title(), WIDTH, HEIGHT)
        .legend()
        .faintLine("each", training)
        .line("training, smoothed", training.smoothed(CurvePoints.MOST / 2))
        .dots("validation", validation)
        .png(scale);
  }

  private String title() {
    String shown = name.replaceAll("\\p{Cntrl}", " ");
    return shown.length() <= LONGEST_TITLE ? shown : shown.substring(0, LONGEST_TITLE) + "…";
  }

  private double of(StepMetrics step) {
    return step.others().getOrDefault(name, Double.NaN);
  }

  private double of(Evaluation evaluation) {
    return evaluation.figures().getOrDefault(name, Double.NaN);
  }
}
