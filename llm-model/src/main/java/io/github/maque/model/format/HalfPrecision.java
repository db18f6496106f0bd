package io.github.maque.model.format;

/**
 * Numbers of 16 bits, IEEE 754 half precision and bfloat16, to and from single precision. Java has
 * such conversions from version 20 on.
 */
final class HalfPrecision {
  private static final int SIGN = 0x8000;

  /** The infinity of half precision: all bits of the exponent. */
  private static final int FLOAT16_INFINITY = 0x7C00;

  private static final int FLOAT_INFINITY = 0x7F80_0000;

  /** The smallest float that rounds to infinity in half precision, 65,520. */
  private static final int FLOAT16_OVERFLOW = 0x477F_F000;

  /** The smallest normal number of half precision, 2⁻¹⁴, as a float. */
  private static final int FLOAT16_NORMAL = 0x3880_0000;

  /** The difference of the exponents' biases, in its place in a float: (127 − 15) · 2²³. */
  private static final int BIAS_DIFFERENCE = 112 << 23;

  private HalfPrecision() {}

  /** Returns the float that a number of half precision is. */
  static float fromFloat16(short number) {
    int magnitude = (number & 0x7FFF) << 13;
    // Multiplying moves the exponent and makes subnormal numbers normal; it is exact.
    int bits =
        (number & FLOAT16_INFINITY) == FLOAT16_INFINITY
            ? magnitude | FLOAT_INFINITY
            : Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) * 0x1p112f);
    return Float.intBitsToFloat(bits | (number & SIGN) << 16);
  }

  /** Returns the float that a bfloat16 is. */
  static float fromBfloat16(short number) {
    return Float.intBitsToFloat(number << 16);
  }

  /** Returns the nearest number of half precision, of two the even one; 65,520 is infinite. */
  static short toFloat16(float number) {
    int bits = Float.floatToRawIntBits(number);
    int sign = bits >>> 16 & SIGN;
    int magnitude = bits & 0x7FFF_FFFF;
    int half;
    if (magnitude > FLOAT_INFINITY) {
      half = FLOAT16_INFINITY | 0x200 | magnitude >>> 13 & 0x3FF;
    } else if (magnitude >= FLOAT16_OVERFLOW) {
      half = FLOAT16_INFINITY;
    } else if (magnitude >= FLOAT16_NORMAL) {
      half = magnitude - BIAS_DIFFERENCE + 0xFFF + (magnitude >>> 13 & 1) >>> 13;
    } else {
      // The last place of floats from 0.5 on is 2⁻²⁴, as that of subnormal half precision.
      half = Float.floatToRawIntBits(Float.intBitsToFloat(magnitude) + 0.5f) - 0x3F00_0000;
    }
    return (short) (sign | half);
  }

  /** Returns the nearest bfloat16, of two the even one. */
  static short toBfloat16(float number) {
    int bits = Float.floatToRawIntBits(number);
    if ((bits & 0x7FFF_FFFF) > FLOAT_INFINITY) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }
}
