package io.github.maque.train.metric;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How pictures of a run look. */
final class CurveChart {
  private static final Color INK = new Color(0x33, 0x3d, 0x4b);
  private static final Color GRID = new Color(0xe3, 0xe7, 0xed);
  private static final Color LINE = new Color(0x1f, 0x5f, 0xbf);
  private static final Color FAINT = new Color(0x1f, 0x5f, 0xbf, 0x60);
  private static final Color DOT = new Color(0xd9, 0x6b, 0x0b);
  private static final Color MARK = new Color(0xc2, 0x2f, 0x3d);
  private static final BasicStroke HAIRLINE = new BasicStroke(0.7f);

  private final int width;
  private final int height;
  private final XYChart chart;

  CurveChart(String title, int width, int height) {
    this.width = width;
    this.height = height;
    chart =
        new XYChartBuilder().width(width).height(height).title(title).xAxisTitle("step").build();
    XYStyler style = chart.getStyler();
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    style
        .setLocale(Locale.ROOT)
        .setBaseFont(font)
        .setChartTitleFont(font.deriveFont(Font.BOLD, 14f))
        .setLegendFont(font)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBackgroundColor(Color.WHITE)
        .setChartFontColor(INK)
        .setChartTitleBoxVisible(false)
        .setLegendVisible(false)
        .setLegendBorderColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setChartPadding(10)
        .setMarkerSize(7);
    style
        .setAxisTitleFont(font)
        .setAxisTickLabelsFont(font)
        .setAxisTickLabelsColor(INK)
        .setAxisTickMarksColor(GRID)
        .setPlotGridLinesColor(GRID)
        .setPlotGridLinesStroke(HAIRLINE)
        .setPlotGridVerticalLinesVisible(false)
        .setYAxisTitleVisible(false)
        .setYAxisLabelAlignment(TextAlignment.Right)
        .setXAxisMin(0.0)
        .setXAxisTickMarkSpacingHint(90)
        .setYAxisTickMarkSpacingHint(45)
        .setXAxisTickLabelsFormattingFunction(CurveChart::label)
        .setYAxisTickLabelsFormattingFunction(CurveChart::label);
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
    return add(name, points.thinned(CurvePoints.MOST), LINE, 1.8f, marker);
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
    BufferedImage image =
        new BufferedImage(width * scale, height * scale, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.scale(scale, scale);
      chart.paint(graphics, width, height);
    } finally {
      graphics.dispose();
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    // Given only a stream, ImageIO would write a temporary file first.
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(png)) {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a PNG", e);
    }
    return png.toByteArray();
  }

  private CurveChart marks(String name, CurvePoints points, Marker marker) {
    return add(name, points.thinned(CurvePoints.MOST), MARK, 0, marker);
  }

  private CurveChart add(String name, CurvePoints points, Color color, float width, Marker marker) {
    if (points.size() == 0) {
      return this;
    }
    XYSeries series = chart.addSeries(name, points.x(), points.y());
    series.setLineColor(color);
    series.setLineStyle(
        width == 0
            ? SeriesLines.NONE
            : new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    series.setMarker(marker);
    series.setMarkerColor(color);
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
