package io.github.maque.examples.cli;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A picture of how long documents are: bars of equal width, if need be on a logarithmic axis. */
final class HistogramPicture {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 600;
  private static final int BARS = 60;

  /** If the longest document is so many times longer than half of them, the axis is logarithmic. */
  private static final int LOGARITHMIC_FROM = 20;

  private static final Color OUTLINE = new Color(0x2F6690);
  private static final Color FILLING = new Color(0x81A4CD);

  static {
    // There need be no display to draw into a file.
    System.setProperty("java.awt.headless", "true");
  }

  private HistogramPicture() {}

  /**
   * Draws lengths and writes the picture as PNG.
   *
   * @param lengths those of at least one document
   * @param unit what lengths are counted in
   */
  static void write(LengthFigures lengths, String unit, Path file) throws IOException {
    byte[] png;
    try {
      png = ChartEncoder.getBytes(chart(lengths, unit), "png");
    } catch (InternalError | LinkageError e) {
      // What the JDK says without fontconfig or its libraries, which servers may not have.
      throw new IOException(file + ": cannot be drawn, this Java finds no fonts (" + e + ")", e);
    }
    try (OutputFile output = OutputFile.create(file)) {
      output.write(ByteBuffer.wrap(png));
      output.commit();
    }
  }

  private static XYChart chart(LengthFigures lengths, String unit) {
    int longest = lengths.counts().lastKey();
    boolean logarithmic = longest > LOGARITHMIC_FROM * Math.max(1, lengths.percentile(50));
    NavigableMap<Long, Long> bars = bars(lengths.counts(), logarithmic);
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                String.format(
                    Locale.ROOT,
                    "%,d documents, median %,d, 95 %% up to %,d %s",
                    lengths.documents(),
                    lengths.percentile(50),
                    lengths.percentile(95),
                    unit))
            .xAxisTitle(unit + " per document")
            .yAxisTitle("documents")
            .build();
    chart
        .getStyler()
        .setXAxisLogarithmic(logarithmic)
        .setXAxisDecimalPattern("#,###")
        .setYAxisMin(0.0)
        .setYAxisMax(1.05 * Collections.max(bars.values()))
        .setLegendVisible(false)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setPlotContentSize(1)
        .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
    addBars(bars, chart);
    return chart;
  }

  /** Draws the outline of all bars, for which places need not be equally far apart. */
  private static void addBars(NavigableMap<Long, Long> bars, XYChart chart) {
    List<Long> x = new ArrayList<>();
    List<Long> y = new ArrayList<>();
    Map.Entry<Long, Long> before = null;
    for (Map.Entry<Long, Long> bar : bars.entrySet()) {
      if (before != null) {
        x.add(bar.getKey());
        y.add(before.getValue());
      }
      x.add(bar.getKey());
      y.add(bar.getValue());
      before = bar;
    }
    XYSeries series = chart.addSeries("documents", x, y);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Area);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(OUTLINE);
    series.setFillColor(FILLING);
  }

  /** Returns where each bar begins, with its height; the last one has none and ends them. */
  private static NavigableMap<Long, Long> bars(
      NavigableMap<Integer, Long> counts, boolean logarithmic) {
    // A logarithmic axis has no place for 0.
    long from = logarithmic ? Math.max(1, counts.firstKey()) : counts.firstKey();
    long to = counts.lastKey() + 1L;
    NavigableMap<Long, Long> bars = new TreeMap<>();
    if (logarithmic) {
      double ratio = (double) to / from;
      for (int i = 0; i <= BARS; i++) {
        bars.put(Math.round(from * Math.pow(ratio, (double) i / BARS)), 0L);
      }
    } else {
      // An empty one behind the others, so that a single bar has a place on the axis.
      long width = (to - from + BARS - 1) / BARS;
      for (long start = from / width * width; start < to + 2 * width; start += width) {
        bars.put(start, 0L);
      }
    }
    counts.forEach(
        (length, count) -> bars.merge(bars.floorKey(Math.max(from, length)), count, Long::sum));
    return bars;
  }
}
