package io.github.maque.train.metric;

import io.github.maque.train.internal.LineChart;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.Arrays;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How pictures of a run look. */
final class CurveChart {
  private static final Color FAINT = new Color(0x1f, 0x5f, 0xbf, 0x60);
  private static final Color DOT = new Color(0xd9, 0x6b, 0x0b);

  private final LineChart picture;
  private final XYChart chart;

  CurveChart(String title, int width, int height) {
    picture = new LineChart(title, "step", width, height);
    chart = picture.chart();
    picture
        .style()
        .setYAxisLabelAlignment(TextAlignment.Right)
        .setYAxisTickMarkSpacingHint(45)
        .setXAxisTickLabelsFormattingFunction(CurveChart::label)
        .setYAxisTickLabelsFormattingFunction(CurveChart::label)
        .setLegendVisible(false);
  }

  CurveChart legend() {
    chart
        .getStyler()
        .setLegendVisible(true)
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(LegendLayout.Horizontal);
    return this;
  }

  CurveChart fromZero() {
    chart.getStyler().setYAxisMin(0.0);
    return this;
  }

  /** Makes the values' axis logarithmic, over whole decades, for positive {@code points}. */
  CurveChart logarithmic(CurvePoints points) {
    if (points.size() > 0) {
      double lowest = Arrays.stream(points.y()).min().getAsDouble();
      double highest = Arrays.stream(points.y()).max().getAsDouble();
      double bottom = Math.floor(Math.log10(lowest));
      double top = Math.max(bottom + 1, Math.ceil(Math.log10(highest)));
      chart
          .getStyler()
          .setYAxisLogarithmic(true)
          .setYAxisLogarithmicDecadeOnly(true)
          .setYAxisMin(Math.pow(10, bottom))
          .setYAxisMax(Math.pow(10, top));
    }
    return this;
  }

  /** Adds a line, in units that make its labels short. */
  CurveChart inPowerOfTen(String name, CurvePoints points) {
    double highest = Arrays.stream(points.y()).max().orElse(0);
    int power = highest > 1e-100 && highest < 0.01 ? (int) Math.floor(Math.log10(highest)) : 0;
    if (power != 0) {
      chart.setTitle(chart.getTitle() + ", in 1e" + power);
    }
    return line(name, points.times(Math.pow(10, -power)));
  }

  CurveChart line(String name, CurvePoints points) {
    // A point alone would be no line.
    Marker marker = points.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE;
    return add(name, points.thinned(CurvePoints.MOST), LineChart.LINE, 1.8f, marker);
  }

  CurveChart faintLine(String name, CurvePoints points) {
    return add(name, points.thinned(CurvePoints.MOST), FAINT, 0.8f, SeriesMarkers.NONE);
  }

  CurveChart dots(String name, CurvePoints points) {
    return add(name, points.thinned(CurvePoints.MOST), DOT, 1.2f, SeriesMarkers.CIRCLE);
  }

  CurveChart triangles(String name, CurvePoints points) {
    return marks(name, points, SeriesMarkers.TRIANGLE_UP);
  }

  CurveChart crosses(String name, CurvePoints points) {
    return marks(name, points, SeriesMarkers.CROSS);
  }

  byte[] png(int scale) {
    if (chart.getSeriesCollection().isEmpty()) {
      chart.setTitle(chart.getTitle() + ": nothing yet");
    }
    return picture.png(scale);
  }

  private CurveChart marks(String name, CurvePoints points, Marker marker) {
    return add(name, points.thinned(CurvePoints.MOST), LineChart.MARK, 0, marker);
  }

  private CurveChart add(String name, CurvePoints points, Color color, float width, Marker marker) {
    if (points.size() == 0) {
      return this;
    }
    LineChart.style(
        chart.addSeries(name, points.x(), points.y()),
        color,
        width == 0
            ? SeriesLines.NONE
            : new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND),
        marker);
    return this;
  }

  private static String label(double value) {
    double size = Math.abs(value);
    if (size >= 1e9 || size > 0 && size < 1e-3) {
      return String.format(Locale.ROOT, "%.2e", value).replaceFirst("\\.?0*e", "e");
    }
    if (size >= 1e6) {
      return decimal(value / 1e6) + "M";
    }
    return size >= 1e4 ? decimal(value / 1e3) + "k" : decimal(value);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.4f", value).replaceFirst("\\.?0+$", "");
  }
}
