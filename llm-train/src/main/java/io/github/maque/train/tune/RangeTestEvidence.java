package io.github.maque.train.tune;

import io.github.maque.train.internal.LineChart;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a range test found.
 *
 * @param points for each update, from the lowest rate to the highest that was reached
 * @param recommendation what follows from them
 */
public record RangeTestEvidence(List<RangeTestPoint> points, Recommendation recommendation)
    implements LearningRateEvidence {
  /** Lines of a table that can be taken in. */
  private static final int ROWS = 20;

  /** Copies the list. */
  public RangeTestEvidence {
    points = List.copyOf(points);
  }

  /** {@inheritDoc} Only every so many updates have a line. */
  @Override
  public String table() {
    StringBuilder table =
        new StringBuilder(
            String.format("%-10s %9s %9s %9s\n", "rate", "loss", "smoothed", "slope"));
    int every = Math.max(1, (points.size() + ROWS - 1) / ROWS);
    for (int i = 0; i < points.size(); i += every) {
      RangeTestPoint point = points.get(i);
      table.append(
          String.format(
              Locale.ROOT,
              "%-10s %9.4f %9.4f %9.4f\n",
              RateRange.text(point.rate()),
              point.loss(),
              point.smoothed(),
              point.slope()));
    }
    return table.toString();
  }

  /** {@inheritDoc} These are {@code range-test.txt}, {@code .csv} and {@code .png}. */
  @Override
  public Map<String, byte[]> files() {
    StringBuilder csv = new StringBuilder("rate,loss,smoothed_loss,slope\n");
    for (RangeTestPoint point : points) {
      csv.append(point.rate()).append(',').append(point.loss()).append(',');
      csv.append(point.smoothed()).append(',').append(point.slope()).append('\n');
    }
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("range-test.txt", (table() + "\n" + recommendation).getBytes(StandardCharsets.UTF_8));
    files.put("range-test.csv", csv.toString().getBytes(StandardCharsets.UTF_8));
    LineChart.attempt(() -> SearchPictures.rangeTest(this))
        .ifPresent(png -> files.put("range-test.png", png));
    return files;
  }
}
