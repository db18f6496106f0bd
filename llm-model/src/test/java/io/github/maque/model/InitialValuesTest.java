package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.model.ParameterShape.Kind;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class InitialValuesTest {
  private static final DecoderConfig CONFIG = DecoderConfig.preset("storyteller-44m");

  private static final ParameterShape EMBEDDING = CONFIG.parameterShapes().get(0);

  private static float[] values(DecoderConfig config, ParameterShape parameter, int count) {
    float[] values = new float[count];
    config.initialValues(parameter, 0, FloatBuffer.wrap(values));
    return values;
  }

  private static DecoderConfig seeded(long seed) {
    return CONFIG.toBuilder().initialization(new Initialization(seed)).build();
  }

  /** The numbers were computed by another program, in Python, from the same definition. */
  @Test
  void neverChanges() {
    NormalNumbers numbers = new NormalNumbers(42, "model.embed_tokens.weight");

    assertThat(numbers.get(0)).isEqualTo(1.5818658170462396);
    assertThat(numbers.get(1)).isEqualTo(-0.7528560130517463);
    assertThat(numbers.get(1_000_000_007L)).isEqualTo(-0.4658239427866683);
    CRC32C sum = new CRC32C();
    for (int i = 0; i < 1_000_000; i++) {
      int bits = Float.floatToRawIntBits((float) numbers.get(i));
      for (int shift = 0; shift < 32; shift += 8) {
        sum.update(bits >>> shift);
      }
    }
    assertThat(sum.getValue()).isEqualTo(456376993L);
  }

  @ParameterizedTest
  @CsvSource({
    "-0.4999999",
    "-0.49",
    "-0.425",
    "-0.4",
    "0",
    "0.1",
    "0.425",
    "0.43",
    "0.49999999999"
  })
  void invertsTheNormalDistribution(double centered) {
    double number = NormalNumbers.inverseDistribution(centered);

    assertThat(NormalDistribution.centered(number)).isCloseTo(centered, within(2e-15));
  }

  @Test
  void staysWithinTheEndsOfTheDistribution() {
    double last = 0.5 - 0x1p-53;

    assertThat(NormalNumbers.inverseDistribution(last)).isCloseTo(8.2095361516, within(1e-9));
    assertThat(NormalNumbers.inverseDistribution(-last))
        .isEqualTo(-NormalNumbers.inverseDistribution(last));
  }

  @Test
  void isNormallyDistributed() {
    int count = 1_000_000;
    float[] values = values(CONFIG, EMBEDDING, count);

    double[] moments = new double[5];
    for (float value : values) {
      double z = value / 0.02;
      double power = 1;
      for (int i = 1; i < moments.length; i++) {
        power *= z;
        moments[i] += power / count;
      }
    }
    // Four standard errors of each: the variances of z, z², z³ and z⁴ are 1, 2, 15 and 96.
    assertThat(moments[1]).isCloseTo(0, within(4 * Math.sqrt(1.0 / count)));
    assertThat(moments[2]).isCloseTo(1, within(4 * Math.sqrt(2.0 / count)));
    assertThat(moments[3]).isCloseTo(0, within(4 * Math.sqrt(15.0 / count)));
    assertThat(moments[4]).isCloseTo(3, within(4 * Math.sqrt(96.0 / count)));

    Arrays.sort(values);
    double distance = 0;
    for (int i = 0; i < count; i++) {
      double share = 0.5 + NormalDistribution.centered(values[i] / 0.02);
      distance =
          Math.max(distance, Math.max(share - i / (double) count, (i + 1.0) / count - share));
    }
    assertThat(distance)
        .as("Kolmogorov and Smirnov's statistic, exceeded by chance once in 1,000 times")
        .isLessThan(1.95 / Math.sqrt(count));
  }

  @Test
  void variesWithSeedNameAndPlaceIndependently() {
    int count = 100_000;
    ParameterShape other = CONFIG.parameterShapes().get(2);
    float[] values = values(CONFIG, EMBEDDING, count);
    List<float[]> others =
        List.of(
            values(seeded(1), EMBEDDING, count),
            values(seeded(-1), EMBEDDING, count),
            values(seeded(0x9E3779B97F4A7C15L), EMBEDDING, count),
            values(CONFIG, other, count),
            values(
                CONFIG,
                new ParameterShape("model.embed_tokens.weighu", EMBEDDING.kind(), List.of(count)),
                count));

    for (float[] rest : others) {
      assertThat(correlation(values, rest, 0)).isCloseTo(0, within(4 / Math.sqrt(count)));
      assertThat(correlation(values, rest, 1)).isCloseTo(0, within(4 / Math.sqrt(count)));
    }
    for (int lag : new int[] {1, 2, 512, 513}) {
      assertThat(correlation(values, values, lag)).isCloseTo(0, within(4 / Math.sqrt(count)));
    }
  }

  private static double correlation(float[] first, float[] second, int lag) {
    double sum = 0;
    for (int i = lag; i < first.length; i++) {
      sum += first[i - lag] * second[i];
    }
    return sum / (0.02 * 0.02) / (first.length - lag);
  }

  @Test
  void givesAnyPartAlone() {
    float[] whole = values(CONFIG, EMBEDDING, 5000);
    FloatBuffer part = FloatBuffer.allocate(100).position(10).limit(60);

    CONFIG.initialValues(EMBEDDING, 4321, part);

    assertThat(part.position()).isEqualTo(60);
    assertThat(Arrays.copyOfRange(part.array(), 10, 60))
        .isEqualTo(Arrays.copyOfRange(whole, 4321, 4371));
    assertThat(Arrays.copyOfRange(part.array(), 60, 100)).containsOnly(0);
  }

  @Test
  void doesNotDependOnThePadding() {
    DecoderConfig padded = CONFIG.toBuilder().vocabularyMultiple(1024).build();

    assertThat(values(padded, padded.parameterShapes().get(0), 1000))
        .isEqualTo(values(CONFIG, EMBEDDING, 1000));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void spreadsByWhatAParameterDoes(Kind kind) {
    DecoderConfig config =
        CONFIG.toBuilder().layers(8).initialization(new Initialization(3, 0.05, true)).build();
    float[] values = values(config, new ParameterShape("any", kind, List.of(1000, 50)), 50_000);

    double deviation =
        switch (kind) {
          case NORM, BIAS -> 0;
          case RESIDUAL_PROJECTION -> 0.05 / 4;
          default -> 0.05;
        };
    double center = kind == Kind.NORM ? 1 : 0;
    double squares = 0;
    for (float value : values) {
      squares += (value - center) * (value - center);
    }
    assertThat(Math.sqrt(squares / values.length)).isCloseTo(deviation, within(0.02 * deviation));
  }

  @Test
  void leavesProjectionsToTheResidualStreamAloneIfAsked() {
    ParameterShape output = new ParameterShape("any", Kind.RESIDUAL_PROJECTION, List.of(1000));
    ParameterShape inner = new ParameterShape("any", Kind.PROJECTION, List.of(1000));
    DecoderConfig config =
        CONFIG.toBuilder().initialization(new Initialization(3, 0.05, false)).build();

    assertThat(values(config, output, 1000)).isEqualTo(values(config, inner, 1000));
  }

  @Test
  void refusesPlacesTheParameterDoesNotHave() {
    FloatBuffer into = FloatBuffer.allocate(2);

    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> CONFIG.initialValues(EMBEDDING, EMBEDDING.size() - 1, into));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> CONFIG.initialValues(EMBEDDING, -1, into));
  }

  /** The normal distribution by the series for its integral (Abramowitz and Stegun, 26.2.11). */
  private static final class NormalDistribution {
    /** Returns which share lies below {@code z}, less a half. */
    static double centered(double z) {
      double term = z;
      double sum = z;
      for (int n = 3; Math.abs(term) > 1e-18 * Math.abs(sum); n += 2) {
        term *= z * z / n;
        sum += term;
      }
      return sum * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    }
  }
}
