package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.model.Positions.Rotary;
import io.github.maque.model.RotaryScaling.Linear;
import io.github.maque.model.RotaryScaling.Llama3;
import io.github.maque.model.RotaryScaling.Ntk;
import io.github.maque.model.RotaryScaling.Yarn;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class RotaryTableTest {
  /** Frequencies of Transformers 5.18 are computed in 32-bit floats, with powers of their own. */
  private static final Percentage FLOATS = Percentage.withPercentage(1e-4);

  private static final RotaryScaling AS_IT_IS = new RotaryScaling.None();

  /**
   * What {@code LlamaRotaryEmbedding(LlamaConfig(head_dim=16, rope_parameters=…)).inv_freq} of
   * Transformers 5.18 holds.
   */
  @Test
  void hasTheFrequenciesOfTransformers() {
    assertFrequencies(
        new Rotary(10_000),
        1.0,
        0.316227764,
        0.100000001,
        0.0316227786,
        0.00999999978,
        0.00316227786,
        0.00100000005,
        0.000316227786);
    assertFrequencies(
        new Rotary(10_000, 1, new Linear(4)),
        0.25,
        0.079056941,
        0.0250000004,
        0.00790569466,
        0.00249999994,
        0.000790569466,
        0.000250000012,
        7.90569466e-05);
    assertFrequencies(
        new Rotary(500_000, 1, new Llama3(8, 1, 4, 8192)),
        1.0,
        0.193922758,
        0.0376060307,
        0.00729266508,
        0.000524846022,
        3.42810235e-05,
        6.64786967e-06,
        1.28917316e-06);
    assertFrequencies(
        new Rotary(1_000_000, 1, new Yarn(4, 32768)),
        1.0,
        0.177827939,
        0.0316227786,
        0.00421755994,
        0.000500000024,
        4.44569851e-05,
        7.90569356e-06,
        1.40585337e-06);
    assertFrequencies(
        new Rotary(10_000, 1, new Yarn(2.5, 64, 3, 0.5, 1.25)),
        1.0,
        0.316227764,
        0.0700000003,
        0.0126491114,
        0.00400000019,
        0.00126491114,
        0.00039999999,
        0.000126491112);
  }

  private static void assertFrequencies(Rotary rotary, double... expected) {
    double[] frequencies = RotaryTable.of(rotary, 16).frequencies();

    assertThat(frequencies).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(frequencies[i]).isCloseTo(expected[i], FLOATS);
    }
  }

  @Test
  void agreesWithTheOracleWhateverTheScaling() {
    Random random = new Random(1);
    for (int trial = 0; trial < 200; trial++) {
      double factor = 1 + 8 * random.nextDouble();
      int original = 8 << random.nextInt(10);
      double slow = 0.1 + random.nextDouble();
      RotaryScaling scaling =
          switch (trial % 5) {
            case 0 -> AS_IT_IS;
            case 1 -> new Linear(factor);
            case 2 -> new Ntk(factor);
            case 3 -> new Yarn(factor, original, slow + 30 * random.nextDouble(), slow, 1.3);
            default -> new Llama3(factor, slow, slow + 5 * random.nextDouble(), original);
          };
      int headSize = 8 * (1 + random.nextInt(16));
      Rotary rotary = new Rotary(10 + 1e5 * random.nextDouble(), trial % 2 == 0 ? 1 : 0.5, scaling);

      double[] frequencies = RotaryTable.of(rotary, headSize).frequencies();

      double[] expected = NaiveRotary.frequencies(headSize, rotary);
      assertThat(frequencies).hasSize(expected.length);
      for (int i = 0; i < expected.length; i++) {
        assertThat(frequencies[i])
            .as("frequency %d of %s, head size %d", i, rotary, headSize)
            .isCloseTo(expected[i], Percentage.withPercentage(1e-9));
      }
    }
  }

  @Test
  void slowsTheLastFrequencyOfNtkAsMuchAsLinearScaling() {
    RotaryTable plain = RotaryTable.of(new Rotary(10_000), 64);
    RotaryTable scaled = RotaryTable.of(new Rotary(10_000, 1, new Ntk(4)), 64);

    assertThat(scaled.frequencies()[0]).isEqualTo(1);
    assertThat(scaled.frequencies()[31]).isCloseTo(plain.frequencies()[31] / 4, within(1e-15));
    assertThat(scaled.frequencies())
        .as("as a model with a larger base has them")
        .isEqualTo(RotaryTable.of(new Rotary(scaled.base()), 64).frequencies());
  }

  @Test
  void rotatesTheFirstPartOfAHeadAsIfItWereAll() {
    RotaryTable half = RotaryTable.of(new Rotary(10_000, 0.5, AS_IT_IS), 64);
    RotaryTable all = RotaryTable.of(new Rotary(10_000), 32);

    assertThat(half.rotated()).isEqualTo(32);
    assertThat(half.frequencies()).isEqualTo(all.frequencies());
  }

  @Test
  void tabulatesCosinesAndSinesByPosition() {
    RotaryTable table = RotaryTable.of(new Rotary(100), 6);
    double[] frequencies = table.frequencies();

    float[] cosines = table.cosines(50);
    float[] sines = table.sines(50);

    assertThat(cosines).hasSize(150);
    for (int position = 0; position < 50; position++) {
      for (int i = 0; i < 3; i++) {
        double angle = position * Math.pow(100, -i / 3.0);
        assertThat(angle).isCloseTo(position * frequencies[i], within(1e-13));
        assertThat(cosines[3 * position + i]).isCloseTo((float) Math.cos(angle), within(1e-7f));
        assertThat(sines[3 * position + i]).isCloseTo((float) Math.sin(angle), within(1e-7f));
      }
    }
  }

  @Test
  void multipliesByTheAttentionFactor() {
    RotaryTable yarn = RotaryTable.of(new Rotary(10_000, 1, new Yarn(4, 32768)), 16);

    assertThat(yarn.attentionFactor())
        .as("of Transformers")
        .isCloseTo(1.138629436111989, within(1e-15));
    assertThat(yarn.cosines(1)).containsOnly(1.1386294f);
    assertThat(RotaryTable.of(new Rotary(10_000, 1, new Linear(4)), 16).cosines(1)).containsOnly(1);
  }

  @Test
  void refusesTablesTooLargeForAnArray() {
    RotaryTable table = RotaryTable.of(new Rotary(10_000), 16);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.cosines(1 << 28))
        .withMessageStartingWith("positions times frequencies must be below 2^31");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> table.sines(0))
        .withMessage("positions must be at least 1, got 0");
  }
}
