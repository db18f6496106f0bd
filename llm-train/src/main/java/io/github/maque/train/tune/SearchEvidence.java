package io.github.maque.train.tune;

import io.github.maque.train.internal.LineChart;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a search found.
 *
 * @param results for each rate, from the lowest to the highest
 * @param recommendation what follows from them
 */
public record SearchEvidence(List<RateResult> results, Recommendation recommendation)
    implements LearningRateEvidence {
  /** Copies the list. */
  public SearchEvidence {
    results = List.copyOf(results);
  }

  @Override
  public String table() {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format("%-10s %9s %8s  %10s %8s\n", "rate", "loss", "±", "above best", "±"));
    for (RateResult result : results) {
      table.append(String.format("%-10s ", RateRange.text(result.rate())));
      if (result.diverged()) {
        int step = result.trials().get(result.trials().size() - 1).losses().size();
        table.append(String.format("diverged at step %d\n", step));
        continue;
      }
      table.append(
          String.format(
              Locale.ROOT,
              "%9.4f %8.4f  %10.4f %8.4f%s\n",
              result.loss(),
              result.lossError(),
              result.excess(),
              result.excessError(),
              remark(result)));
    }
    return table.toString();
  }

  private String remark(RateResult result) {
    boolean recommended = recommendation.rate().equals(OptionalDouble.of(result.rate()));
    String place =
        result.excess() == 0 ? "  best" : result.withinNoise() ? "  as good, within noise" : "";
    return place + (recommended ? "  <- recommended" : "");
  }

  /**
   * {@inheritDoc} These are {@code learning-rates.txt}, {@code .csv} and {@code .png}, of the
   * rates, and {@code learning-rate-curves.csv} and {@code .png}, of each step.
   */
  @Override
  public Map<String, byte[]> files() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(
        "learning-rates.txt", (table() + "\n" + recommendation).getBytes(StandardCharsets.UTF_8));
    files.put("learning-rates.csv", ratesCsv().getBytes(StandardCharsets.UTF_8));
    LineChart.attempt(() -> SearchPictures.losses(this))
        .ifPresent(png -> files.put("learning-rates.png", png));
    files.put("learning-rate-curves.csv", curvesCsv().getBytes(StandardCharsets.UTF_8));
    LineChart.attempt(() -> SearchPictures.curves(this))
        .ifPresent(png -> files.put("learning-rate-curves.png", png));
    return files;
  }

  private String ratesCsv() {
    StringBuilder csv =
        new StringBuilder("rate,diverged,loss,loss_error,excess,excess_error,recommended\n");
    for (RateResult result : results) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%s,%s,%s,%s,%s,%s,%s\n",
              result.rate(),
              result.diverged(),
              result.loss(),
              result.lossError(),
              result.excess(),
              result.excessError(),
              recommendation.rate().equals(OptionalDouble.of(result.rate()))));
    }
    return csv.toString();
  }

  private String curvesCsv() {
    StringBuilder csv = new StringBuilder("rate,seed,step,loss,smoothed_loss\n");
    for (RateResult result : results) {
      for (Trial trial : result.trials()) {
        List<Double> smoothed = trial.smoothed();
        for (int i = 0; i < smoothed.size(); i++) {
          csv.append(result.rate()).append(',').append(trial.seed()).append(',').append(i + 1);
          csv.append(',').append(trial.losses().get(i)).append(',').append(smoothed.get(i));
          csv.append('\n');
        }
      }
    }
    return csv.toString();
  }
}
