package io.github.maque.model.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GgufTensorTypeTest {
  /**
   * Made with Python's gguf 0.19, whose authors promise the bits of ggml's reference: {@code
   * gguf.quants.quantize(((arange(64) * 37 % 64 - 31.5) / 10).astype(float32), Q8_0).tobytes()}.
   */
  private static final String BLOCKS_OF_GGUF_PY =
      "59268116a93ed267fa8d22b54bde7306992ec257ea7f12a53ace63f6891eb147da6f262602922cbb"
          + "55e57f0f9e38c862f1811bab45d46efe8d28b751e17b0a9a34c45eed";

  @Test
  void spellsBlocksAsTheReferenceDoes() {
    float[] numbers = new float[64];
    for (int i = 0; i < 64; i++) {
      numbers[i] = (float) ((i * 37 % 64 - 31.5) / 10);
    }
    assertThat(HexFormat.of().formatHex(encode(GgufTensorType.Q8_0, numbers)))
        .isEqualTo(BLOCKS_OF_GGUF_PY);
  }

  @Test
  void roundsHalvesAwayFromZero() {
    float[] numbers = new float[32];
    numbers[0] = 127; // makes the scale 1
    numbers[1] = 0.5f;
    numbers[2] = -0.5f;
    numbers[3] = 1.5f;
    numbers[4] = -2.5f;
    numbers[5] = 0.49999997f;
    byte[] block = encode(GgufTensorType.Q8_0, numbers);
    assertThat(Arrays.copyOf(block, 8)).containsExactly(0, 0x3C, 127, 1, -1, 2, -3, 0);
  }

  @Test
  void blocksOfNothingAndOfNextToNothingAreZeros() {
    assertThat(encode(GgufTensorType.Q8_0, new float[32])).containsOnly(0);
    float[] tiny = new float[32];
    Arrays.fill(tiny, Float.MIN_VALUE);
    assertThat(encode(GgufTensorType.Q8_0, tiny)).containsOnly(0);
  }

  @Test
  void blocksAreAsCloseAsPromised() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 200; round++) {
      float[] numbers = new float[32];
      double largest = 0;
      for (int i = 0; i < 32; i++) {
        numbers[i] = (float) (random.nextGaussian() * Math.exp(random.nextDouble(-3, 3)));
        largest = Math.max(largest, Math.abs(numbers[i]));
      }
      float[] back = decode(GgufTensorType.Q8_0, encode(GgufTensorType.Q8_0, numbers));
      for (int i = 0; i < 32; i++) {
        double bound = largest / 127 / 2 + Math.abs(numbers[i]) / 2048 + largest * 1e-5;
        assertThat(Math.abs((double) back[i] - numbers[i])).isLessThanOrEqualTo(bound);
      }
    }
  }

  @Test
  void halfPrecisionIsWithinHalfAUnitInTheLastPlace() {
    SplittableRandom random = new SplittableRandom(2);
    float[] numbers = new float[1000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (random.nextGaussian() * Math.exp(random.nextDouble(-9, 9)));
    }
    float[] halves = decode(GgufTensorType.F16, encode(GgufTensorType.F16, numbers));
    float[] brains = decode(GgufTensorType.BF16, encode(GgufTensorType.BF16, numbers));
    for (int i = 0; i < numbers.length; i++) {
      assertThat(Math.abs(halves[i] - numbers[i]))
          .isLessThanOrEqualTo(Math.max(Math.abs(numbers[i]) / 2048, 0x1p-25f));
      assertThat(Math.abs(brains[i] - numbers[i])).isLessThanOrEqualTo(Math.abs(numbers[i]) / 256);
    }
    assertThat(decode(GgufTensorType.F32, encode(GgufTensorType.F32, numbers))).isEqualTo(numbers);
  }

  @Test
  void refusesWhatTheTypeCannotSay() {
    assertThatThrownBy(() -> encode(GgufTensorType.F16, 70_000))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("70000.0 is beyond the range of half precision, ±65504");
    float[] block = new float[32];
    block[31] = Float.NaN;
    assertThatThrownBy(() -> encode(GgufTensorType.Q8_0, block))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageStartingWith("NaN");
    block[31] = 65504 * 128f;
    assertThatThrownBy(() -> encode(GgufTensorType.Q8_0, block))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageEndingWith("beyond the range of half precision, ±65504");
  }

  private static byte[] encode(GgufTensorType type, float... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length / type.blockLength() * type.blockBytes());
    type.encode(FloatBuffer.wrap(numbers), bytes);
    return bytes.array();
  }

  private static float[] decode(GgufTensorType type, byte[] bytes) {
    FloatBuffer numbers =
        FloatBuffer.allocate(bytes.length / type.blockBytes() * type.blockLength());
    type.decode(ByteBuffer.wrap(bytes), numbers);
    return numbers.array();
  }
}
