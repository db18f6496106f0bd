package io.github.maque.train.internal;

import java.awt.AWTError;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all pictures of this module look like, and how they become files. */
public final class LineChart {
  private static final String HEADLESS = "java.awt.headless";

  // Drawing into a file needs no display, and must not fail for one that cannot be reached. The
  // first colour asks for it already.
  static {
    if (System.getProperty(HEADLESS) == null) {
      System.setProperty(HEADLESS, "true");
    }
  }

  /** Of lines that matter. */
  public static final Color LINE = new Color(0x1f, 0x5f, 0xbf);

  /** Of what went wrong. */
  public static final Color MARK = new Color(0xc2, 0x2f, 0x3d);

  private static final Logger LOGGER = LoggerFactory.getLogger(LineChart.class);
  private static final Color INK = new Color(0x33, 0x3d, 0x4b);
  private static final Color GRID = new Color(0xe3, 0xe7, 0xed);
  private static final BasicStroke HAIRLINE = new BasicStroke(0.7f);

  private final int width;
  private final int height;
  private final XYChart chart;

  /**
   * Creates a picture without lines.
   *
   * @param axis what is counted from left to right, from 0
   * @param width in units of which a {@linkplain #png file} may have several pixels each
   */
  public LineChart(String title, String axis, int width, int height) {
    this.width = width;
    this.height = height;
    chart = new XYChartBuilder().width(width).height(height).title(title).xAxisTitle(axis).build();
    XYStyler style = chart.getStyler();
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    style
        .setLocale(Locale.ROOT)
        .setBaseFont(font)
        .setChartTitleFont(font.deriveFont(Font.BOLD, 14f))
        .setLegendFont(font)
        .setLegendBorderColor(Color.WHITE)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBackgroundColor(Color.WHITE)
        .setChartFontColor(INK)
        .setChartTitleBoxVisible(false)
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
        .setXAxisMin(0.0)
        .setXAxisTickMarkSpacingHint(90);
  }

  /** Returns the chart, to which lines are added. */
  public XYChart chart() {
    return chart;
  }

  /** Returns what else can be said of the looks. */
  public XYStyler style() {
    return chart.getStyler();
  }

  /**
   * Draws, if this machine can. One without fonts, or without the libraries that draw them, cannot,
   * which is logged.
   *
   * @param drawing returns a picture as a PNG file
   */
  public static Optional<byte[]> attempt(Supplier<byte[]> drawing) {
    try {
      return Optional.of(drawing.get());
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (InternalError | AWTError | LinkageError | RuntimeException e) {
      // Java says it in one way at first, and in others later: an InternalError, an initializer
      // that failed, a class that is missing, a null.
      LOGGER.warn("a picture cannot be drawn here: {}", e.toString());
      LOGGER.debug("drawing failed", e);
      return Optional.empty();
    }
  }

  /** Gives a line and its marks their looks. */
  public static void style(XYSeries series, Color color, BasicStroke stroke, Marker marker) {
    series.setLineColor(color);
    series.setLineStyle(stroke);
    series.setMarker(marker);
    series.setMarkerColor(color);
  }

  /**
   * Returns the picture as a PNG file.
   *
   * @param scale pixels for each unit of length
   */
  public byte[] png(int scale) {
    spaceUnevenly();
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

  /**
   * Adds a point that nobody sees. Where all points are equally far apart on an axis, XChart marks
   * each so many of them there, such as 27, 54 and 81; otherwise it marks round numbers.
   */
  private void spaceUnevenly() {
    Iterator<XYSeries> all = chart.getSeriesCollection().iterator();
    if (!all.hasNext()) {
      return;
    }
    XYSeries first = all.next();
    double x = between(first.getXMin(), first.getXMax());
    double y = between(first.getYMin(), first.getYMax());
    XYSeries unseen = chart.addSeries(" ", new double[] {x}, new double[] {y});
    style(unseen, Color.WHITE, SeriesLines.NONE, SeriesMarkers.NONE);
    unseen.setShowInLegend(false);
  }

  /** Returns a place that is no round part of the way. */
  private static double between(double low, double high) {
    return low + (high - low) / Math.PI;
  }
}
