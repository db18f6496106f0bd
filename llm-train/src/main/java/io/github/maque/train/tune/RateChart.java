package io.github.maque.train.tune;

import io.github.maque.train.internal.LineChart;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How pictures of learning rates look. */
final class RateChart {
  private static final Color FAINT = new Color(0x1f, 0x5f, 0xbf, 0x48);
  private static final Color CHOSEN = new Color(0x2a, 0x8c, 0x4a);

  /** From low rates to high ones: dark blue, green, orange, red. */
  private static final Color[] RAMP = {
    new Color(0x2b, 0x2f, 0x77),
    new Color(0x1f, 0x8a, 0x8c),
    new Color(0xe0, 0xa0, 0x1b),
    LineChart.MARK
  };

  /** Pixels for each unit of length. */
  private static final int SCALE = 2;

  private final LineChart picture;
  private final XYChart chart;

  RateChart(String title, String axis, int width, int height) {
    picture = new LineChart(title, axis, width, height);
    chart = picture.chart();
    picture
        .style()
        .setErrorBarsColorSeriesColor(true)
        .setXAxisTickLabelsFormattingFunction(step -> String.valueOf(Math.round(step)))
        .setLegendPosition(LegendPosition.OutsideE);
  }

  /** Makes the axis of rates logarithmic, with some room beside the ends. */
  void logarithmicRates(double lowest, double highest) {
    chart
        .getStyler()
        .setXAxisLogarithmic(true)
        .setXAxisLogarithmicDecadeOnly(false)
        .setPlotGridVerticalLinesVisible(true)
        .setXAxisMin(lowest / 1.3)
        .setXAxisMax(highest * 1.3)
        .setXAxisTickLabelsFormattingFunction(RateChart::label)
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(LegendLayout.Horizontal);
  }

  /** Only 1 and 3 of each power of ten have room for a label. */
  private static String label(double rate) {
    String text = RateRange.text(rate);
    return text.startsWith("1e") || text.startsWith("3e") ? text : "";
  }

  /** Adds a line whose colour is that of a part of the way from low rates to high ones. */
  void ramp(String name, List<Double> x, List<Double> y, double part, boolean dashed) {
    BasicStroke stroke =
        dashed
            ? new BasicStroke(
                1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {5, 4}, 0)
            : new BasicStroke(1.8f);
    add(name, x, y, color(part), stroke, SeriesMarkers.NONE);
  }

  private static Color color(double part) {
    double place = part * (RAMP.length - 1);
    int from = (int) Math.min(place, RAMP.length - 2);
    double there = place - from;
    Color a = RAMP[from];
    Color b = RAMP[from + 1];
    return new Color(
        (int) Math.round(a.getRed() + there * (b.getRed() - a.getRed())),
        (int) Math.round(a.getGreen() + there * (b.getGreen() - a.getGreen())),
        (int) Math.round(a.getBlue() + there * (b.getBlue() - a.getBlue())));
  }

  void line(String name, List<Double> x, List<Double> y) {
    add(name, x, y, LineChart.LINE, new BasicStroke(1.8f), SeriesMarkers.NONE);
  }

  void faint(String name, List<Double> x, List<Double> y) {
    add(name, x, y, FAINT, new BasicStroke(0.8f), SeriesMarkers.NONE);
  }

  void errors(String name, List<Double> x, List<Double> y, List<Double> errors) {
    if (!x.isEmpty()) {
      LineChart.style(
          chart.addSeries(name, x, y, errors),
          LineChart.LINE,
          new BasicStroke(1.4f),
          SeriesMarkers.CIRCLE);
    }
  }

  void crosses(String name, List<Double> x, List<Double> y) {
    add(name, x, y, LineChart.MARK, SeriesLines.NONE, SeriesMarkers.CROSS);
  }

  void chosen(String name, double x, double bottom, double top) {
    vertical(name, x, bottom, top, CHOSEN);
  }

  void limit(String name, double x, double bottom, double top) {
    vertical(name, x, bottom, top, LineChart.MARK);
  }

  private void vertical(String name, double x, double bottom, double top, Color color) {
    add(name, List.of(x, x), List.of(bottom, top), color, new BasicStroke(2), SeriesMarkers.NONE);
  }

  private void add(
      String name, List<Double> x, List<Double> y, Color color, BasicStroke stroke, Marker marker) {
    if (!x.isEmpty()) {
      LineChart.style(chart.addSeries(name, x, y), color, stroke, marker);
    }
  }

  /** Returns a PNG file. */
  byte[] png() {
    return picture.png(SCALE);
  }
}
