package io.github.maque.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CurvesTest {
  @Test
  void thinningKeepsEverySpikeAndBothEnds() {
    Random random = new Random(3);
    double[] y = random.doubles(100_000).toArray();
    int[] spikes = IntStream.range(0, 400).map(i -> 120 + i * 249).toArray();
    for (int spike : spikes) {
      y[spike] = (spike % 2 == 0 ? 1 : -1) * (10 + spike);
    }
    CurvePoints thinned = points(y).thinned(2000);

    assertThat(thinned.size()).isBetween(1900, 2000);
    assertThat(thinned.x()).isSorted().startsWith(0).endsWith(99_999);
    assertThat(thinned.y()).contains(Arrays.stream(spikes).mapToDouble(i -> y[i]).toArray());
    for (int i = 0; i < thinned.size(); i++) {
      assertThat(thinned.y()[i]).isEqualTo(y[(int) thinned.x()[i]]);
    }
  }

  @Test
  void shortCurvesAreNotThinned() {
    CurvePoints points = points(new double[2000]);
    assertThat(points.thinned(2000)).isSameAs(points);
    assertThat(points(new double[2001]).thinned(2000).size()).isLessThanOrEqualTo(2000);
  }

  @Test
  void smoothingFollowsALineAndLeavesNoiseAndSpikesOut() {
    Random random = new Random(4);
    double[] y =
        IntStream.range(0, 10_000)
            .mapToDouble(i -> 5 - i / 2500.0 + 0.1 * random.nextGaussian())
            .toArray();
    y[5000] = 1e300;
    CurvePoints smoothed = points(y).smoothed(1000);

    assertThat(smoothed.size()).isEqualTo(1000);
    assertThat(smoothed.x()[999]).isEqualTo(9999);
    for (int i = 20; i < 1000; i++) {
      assertThat(smoothed.y()[i]).isCloseTo(5 - smoothed.x()[i] / 2500, within(0.08));
    }
    assertThat(smoothed.y()[0]).isEqualTo(y[0]);
  }

  @Test
  void whatIsNotFiniteIsNoPoint() {
    RunHistory history = history(1, Double.NaN, 2, Double.POSITIVE_INFINITY, 3);
    CurvePoints points =
        CurvePoints.of(history.steps(), step -> true, StepMetrics::step, StepMetrics::loss);
    assertThat(points.x()).containsExactly(1, 3, 5);
    assertThat(points.y()).containsExactly(1, 2, 3);
  }

  @ParameterizedTest
  @EnumSource
  void arePicturesWithSomethingInThem(Curves curves) throws IOException {
    double[] losses =
        IntStream.range(0, 300).mapToDouble(i -> 2 + 8 * Math.exp(-i / 40.0)).toArray();
    BufferedImage empty = image(curves, RunHistory.EMPTY, 1);
    BufferedImage once = image(curves, history(losses), 1);
    BufferedImage twice = image(curves, history(losses), 2);

    assertThat(twice.getWidth()).isEqualTo(2 * once.getWidth());
    assertThat(twice.getHeight()).isEqualTo(2 * once.getHeight());
    // The line is blue, and nothing else is.
    assertThat(blue(empty)).isZero();
    assertThat(blue(once)).isGreaterThan(once.getWidth() / 2L);
    assertThat(blue(twice)).isGreaterThan(2 * blue(once));
  }

  @Test
  void aSpikeDoesNotFlattenTheRest() throws IOException {
    double[] losses = IntStream.range(0, 300).mapToDouble(i -> 10 - i / 40.0).toArray();
    losses[150] = 1e12;
    BufferedImage image = image(Curves.LOSS, history(losses), 1);

    // The line goes down over a good part of the picture, and something red is at the top.
    int top = firstBlueRow(image, image.getWidth() / 10);
    int bottom = firstBlueRow(image, image.getWidth() * 9 / 10);
    assertThat(bottom - top).isGreaterThan(image.getHeight() / 4);
    assertThat(red(image, image.getHeight() / 5)).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void anyRunCanBeDrawn(Curves curves) throws IOException {
    List<RunHistory> histories =
        List.of(
            history(2.5),
            history(0, 0, 0),
            history(Double.NaN),
            history(Double.NaN, Double.NaN),
            history(Double.MAX_VALUE, -Double.MAX_VALUE, 1),
            history(-1, -1e-300, 1e-300),
            history(1e-300, 1e300),
            history(Double.MIN_VALUE, Double.MAX_VALUE));
    for (RunHistory history : histories) {
      assertThat(image(curves, history, 1)).isNotNull();
    }
  }

  @Test
  void scaleIsChecked() {
    assertThatThrownBy(() -> Curves.LOSS.png(RunHistory.EMPTY, 9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scale must be from 1 to 8, got 9");
  }

  /** All figures of step n are {@code values[n - 1]}; those that are not finite were left out. */
  private static RunHistory history(double... values) {
    List<StepMetrics> steps = new ArrayList<>();
    for (double value : values) {
      steps.add(
          new StepMetrics(
              steps.size() + 1,
              1,
              value,
              value,
              value,
              !Double.isFinite(value),
              1,
              1,
              value,
              Double.NaN,
              0,
              Map.of()));
    }
    return new RunHistory(List.of(), steps, List.of(), List.of(), List.of(), Optional.empty());
  }

  private static CurvePoints points(double[] y) {
    return new CurvePoints(IntStream.range(0, y.length).asDoubleStream().toArray(), y);
  }

  private static BufferedImage image(Curves curves, RunHistory history, int scale)
      throws IOException {
    return ImageIO.read(new ByteArrayInputStream(curves.png(history, scale)));
  }

  private static long blue(BufferedImage image) {
    return IntStream.range(0, image.getWidth() * image.getHeight())
        .filter(i -> isBlue(image.getRGB(i % image.getWidth(), i / image.getWidth())))
        .count();
  }

  private static long red(BufferedImage image, int rows) {
    return IntStream.range(0, image.getWidth() * rows)
        .map(i -> image.getRGB(i % image.getWidth(), i / image.getWidth()))
        .filter(rgb -> (rgb >> 16 & 0xff) > (rgb & 0xff) + 80)
        .count();
  }

  private static int firstBlueRow(BufferedImage image, int column) {
    return IntStream.range(0, image.getHeight())
        .filter(row -> isBlue(image.getRGB(column, row)))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isBlue(int rgb) {
    return (rgb & 0xff) > (rgb >> 16 & 0xff) + 100;
  }
}
