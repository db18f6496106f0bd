package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {

  @Test
  void everyHalfPrecisionNumberIsWhatItsBitsSay() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = HalfPrecision.fromFloat16((short) bits);
      double expected = valueOfBits(bits, 5, 10);
      if (Double.isNaN(expected)) {
        assertThat(value).isNaN();
      } else {
        assertThat(Float.floatToRawIntBits(value))
            .isEqualTo(Float.floatToRawIntBits((float) expected));
      }
    }
  }

  @Test
  void everyBfloat16IsWhatItsBitsSay() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = HalfPrecision.fromBfloat16((short) bits);
      double expected = valueOfBits(bits, 8, 7);
      if (Double.isNaN(expected)) {
        assertThat(value).isNaN();
      } else {
        assertThat(Float.floatToRawIntBits(value))
            .isEqualTo(Float.floatToRawIntBits((float) expected));
      }
    }
  }

  @Test
  void everyNumberOf16BitsComesBackAsItWas() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float half = HalfPrecision.fromFloat16((short) bits);
      if (!Float.isNaN(half)) {
        assertThat(HalfPrecision.toFloat16(half)).isEqualTo((short) bits);
      }
      float brain = HalfPrecision.fromBfloat16((short) bits);
      if (!Float.isNaN(brain)) {
        assertThat(HalfPrecision.toBfloat16(brain)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void roundsToTheNearestAndOfTwoToTheEvenOne() {
    SplittableRandom random = new SplittableRandom(7);
    for (int bits = 0; bits < 0x7BFF; bits++) {
      checkBetween(bits, valueOfBits(bits, 5, 10), valueOfBits(bits + 1, 5, 10), random, true);
    }
    for (int bits = 0; bits < 0x7F7F; bits++) {
      checkBetween(bits, valueOfBits(bits, 8, 7), valueOfBits(bits + 1, 8, 7), random, false);
    }
  }

  @Test
  void whatIsTooLargeBecomesInfiniteAndNoNumberStaysNone() {
    assertThat(HalfPrecision.toFloat16(65_519.996f)).isEqualTo((short) 0x7BFF);
    assertThat(HalfPrecision.toFloat16(65_520f)).isEqualTo((short) 0x7C00);
    assertThat(HalfPrecision.toFloat16(-1e30f)).isEqualTo((short) 0xFC00);
    assertThat(HalfPrecision.toBfloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7F80);
    assertThat(HalfPrecision.fromFloat16(HalfPrecision.toFloat16(Float.NaN))).isNaN();
    float onlyLowBits = Float.intBitsToFloat(0x7F80_0001);
    assertThat(HalfPrecision.fromFloat16(HalfPrecision.toFloat16(onlyLowBits))).isNaN();
    assertThat(HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(onlyLowBits))).isNaN();
  }

  /** Between two neighbours: a little off the middle the nearer, in the middle the even one. */
  private static void checkBetween(
      int bits, double low, double high, SplittableRandom random, boolean half) {
    float middle = (float) ((low + high) / 2);
    int even = bits % 2 == 0 ? bits : bits + 1;
    assertThat(round(middle, half)).isEqualTo(even);
    assertThat(round(Math.nextDown(middle), half)).isEqualTo(bits);
    assertThat(round(Math.nextUp(middle), half)).isEqualTo(bits + 1);
    float anywhere = (float) (low + (high - low) * random.nextDouble());
    int expected = Math.abs(anywhere - low) < Math.abs(high - anywhere) ? bits : bits + 1;
    if (anywhere != middle) {
      assertThat(round(anywhere, half)).isEqualTo(expected);
      assertThat(round(-anywhere, half)).isEqualTo(expected | 0x8000);
    }
  }

  private static int round(float number, boolean half) {
    return 0xFFFF & (half ? HalfPrecision.toFloat16(number) : HalfPrecision.toBfloat16(number));
  }

  /** The definition: sign, exponent, fraction (IEEE 754-2019, 3.4). */
  private static double valueOfBits(int bits, int exponentBits, int fractionBits) {
    int exponent = bits >>> fractionBits & (1 << exponentBits) - 1;
    int fraction = bits & (1 << fractionBits) - 1;
    int bias = (1 << exponentBits - 1) - 1;
    double sign = bits >>> 15 == 0 ? 1.0 : -1.0;
    if (exponent == (1 << exponentBits) - 1) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    double significand = fraction * Math.pow(2, -fractionBits);
    return exponent == 0
        ? sign * significand * Math.pow(2, 1 - bias)
        : sign * (1 + significand) * Math.pow(2, exponent - bias);
  }
}
