package io.github.maque.train.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntToDoubleFunction;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearningRateEvidenceTest {
  /** The colour in which a recommended rate is marked. */
  private static final int GREEN = 0x2a8c4a;

  /** The colour of what diverged. */
  private static final int RED = 0xc22f3d;

  @TempDir private Path directory;

  @Test
  void searchIsWrittenAsTablesAndPictures() throws IOException {
    SearchEvidence evidence = search(2.2, 2.0, 2.1, Double.NaN);
    Path made = directory.resolve("new");
    evidence.write(made);
    assertThat(Files.readString(made.resolve("learning-rates.txt")))
        .contains("1e-3", "diverged at step 2", "best  <- recommended", "verdict: clear");
    List<String> rates = Files.readAllLines(made.resolve("learning-rates.csv"));
    assertThat(rates).hasSize(5);
    assertThat(rates.get(2)).startsWith("0.01,false,2.0").endsWith(",0.0,0.0,true");
    assertThat(rates.get(4)).isEqualTo("1.0,true,NaN,NaN,NaN,NaN,false");
    List<String> curves = Files.readAllLines(made.resolve("learning-rate-curves.csv"));
    assertThat(curves).hasSize(1 + 3 * 40 + 2).contains("1.0,0,1,3.0,3.0");
    assertThat(colours(made.resolve("learning-rates.png"), GREEN)).isGreaterThan(100);
    assertThat(colours(made.resolve("learning-rates.png"), RED)).isGreaterThan(100);
    assertThat(colours(made.resolve("learning-rate-curves.png"), RED)).isGreaterThan(50);
  }

  @Test
  void searchWithoutAnAnswerIsDrawnToo() throws IOException {
    search(Double.NaN, Double.NaN, Double.NaN).write(directory);
    assertThat(colours(directory.resolve("learning-rates.png"), GREEN)).isZero();
    assertThat(colours(directory.resolve("learning-rates.png"), RED)).isGreaterThan(100);
    search(2, 2, 2).write(directory);
    assertThat(colours(directory.resolve("learning-rates.png"), GREEN)).isGreaterThan(100);
  }

  @Test
  void rangeTestIsWrittenAsTableAndPicture() throws IOException {
    List<Double> rates = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      rates.add(1e-4 * Math.pow(1e4, i / 99.0));
      double x = (i - 60) / 20.0;
      losses.add(3 - 1.5 * Math.exp(-x * x / 2) + (i % 2) * 0.01);
    }
    List<RangeTestPoint> points = RangeTestPoint.of(rates, losses, 100);
    Recommendation recommendation = RangeTestJudgement.of(points, false, 0.5);
    // A bell falls most steeply a deviation before its lowest point, and is at half of it 1.18
    // deviations behind it.
    assertThat(recommendation.rate().orElseThrow()).isBetween(rates.get(37), rates.get(43));
    assertThat(recommendation.divergesAt().orElseThrow()).isBetween(rates.get(82), rates.get(86));
    assertThat(recommendation.verdict()).isEqualTo(Recommendation.Verdict.CLEAR);
    new RangeTestEvidence(points, recommendation).write(directory);
    assertThat(Files.readAllLines(directory.resolve("range-test.csv"))).hasSize(101);
    assertThat(Files.readString(directory.resolve("range-test.txt"))).contains("verdict: clear");
    assertThat(colours(directory.resolve("range-test.png"), GREEN)).isGreaterThan(100);
    assertThat(colours(directory.resolve("range-test.png"), RED)).isGreaterThan(100);
  }

  @Test
  void rangeTestThatDivergesAtOnceHasNoAnswer() throws IOException {
    Recommendation recommendation = RangeTestJudgement.of(List.of(), true, 0.5);
    assertThat(recommendation.rate()).isEqualTo(OptionalDouble.empty());
    new RangeTestEvidence(List.of(), recommendation).write(directory);
    assertThat(directory.resolve("range-test.png")).isNotEmptyFile();
  }

  /** The loss falls, fastest at the 40th of 100 rates, and explodes after the 60th. */
  @Test
  void anExplosionDoesNotBendTheLossBeforeIt() {
    List<RangeTestPoint> points = points(i -> 3 - 1.5 / (1 + Math.exp(-(i - 40) / 5.0)), 60);
    for (int i = 0; i < 60; i++) {
      assertThat(points.get(i).smoothed()).isBetween(1.4, 3.5);
    }
    Recommendation found = RangeTestJudgement.of(points, true, 0.5);
    assertThat(points.get(65).loss()).isGreaterThan(1e3);
    assertThat(found.rate().orElseThrow()).isLessThanOrEqualTo(rate(60) / 3);
    assertThat(found.divergesAt().orElseThrow()).isBetween(rate(54), rate(62));
    assertThat(found.reasons().get(0)).contains("most steeply");
  }

  @Test
  void aLossThatNeverFellBeforeItDivergedHasNoRate() {
    Recommendation found = RangeTestJudgement.of(points(i -> 3 + 0.01 * (i % 3), 10), true, 0.5);
    assertThat(found.rate()).isEmpty();
    assertThat(found.verdict()).isEqualTo(Recommendation.Verdict.AT_THE_EDGE);
    assertThat(found.reasons()).anyMatch(reason -> reason.contains("try lower rates"));
  }

  @Test
  void nothingBelowTheRatesThatWereTriedIsRecommended() {
    // It falls at once and explodes at twice the lowest rate, a third of which nobody has tried.
    Recommendation found = RangeTestJudgement.of(points(i -> 3 - 0.2 * i, 7), true, 0.5);
    assertThat(found.divergesAt().orElseThrow()).isLessThan(3 * rate(0));
    assertThat(found.rate()).isEmpty();
    assertThat(found.reasons()).anyMatch(reason -> reason.contains("try lower"));
  }

  /** Losses of a run of 100 rates up to ten steps after it explodes. */
  private static List<RangeTestPoint> points(IntToDoubleFunction loss, int explosion) {
    List<Double> rates = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < explosion + 10; i++) {
      rates.add(rate(i));
      losses.add(i < explosion ? loss.applyAsDouble(i) : 10 * Math.pow(3, i - explosion));
    }
    return RangeTestPoint.of(rates, losses, 100);
  }

  private static double rate(int step) {
    return 1e-4 * Math.pow(1e4, step / 99.0);
  }

  private static SearchEvidence search(double... losses) {
    List<List<Trial>> trials = new ArrayList<>();
    for (int rate = 0; rate < losses.length; rate++) {
      List<Double> curve = new ArrayList<>(List.of(3.0));
      boolean diverged = Double.isNaN(losses[rate]);
      for (int step = 1; step < (diverged ? 2 : 40); step++) {
        curve.add(diverged ? 9 : losses[rate] + Math.exp(-step / 4.0));
      }
      trials.add(List.of(new Trial(Math.pow(10, rate - 3), 0, 40, curve, diverged)));
    }
    List<RateResult> results = RateResult.of(trials);
    return new SearchEvidence(results, SearchJudgement.of(results, 1, 0.5));
  }

  private static int colours(Path file, int colour) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(image.getWidth()).isEqualTo(1800);
    int[] pixels = image.getRGB(0, 0, 1800, image.getHeight(), null, 0, 1800);
    return (int) Arrays.stream(pixels).filter(pixel -> (pixel & 0xffffff) == colour).count();
  }
}
