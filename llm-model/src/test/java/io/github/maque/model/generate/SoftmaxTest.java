package io.github.maque.model.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SoftmaxTest {

  @Test
  void exponentialIsThatOfTheJdk() {
    Random random = new Random(2);
    for (int n = 0; n < 200_000; n++) {
      double x = -random.nextDouble() * (n % 2 == 0 ? 700 : 5);
      assertThat(Softmax.exp(x) / StrictMath.exp(x)).isCloseTo(1, within(1e-12));
    }
    assertThat(Softmax.exp(0)).isEqualTo(1);
    assertThat(Softmax.exp(-0.0)).isEqualTo(1);
    assertThat(Softmax.exp(-1e-300)).isEqualTo(1);
    assertThat(Softmax.exp(-700)).isPositive();
    assertThat(Softmax.exp(-701)).isZero();
    assertThat(Softmax.exp(Double.NEGATIVE_INFINITY)).isZero();
  }

  @Test
  void logProbabilityIsThatOfTheSoftmax() {
    Random random = new Random(4);
    for (int n = 0; n < 300; n++) {
      float[] logits = new float[1 + random.nextInt(200)];
      double shift = random.nextGaussian() * 1000;
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) (random.nextGaussian() * 10 + shift);
      }
      int id = random.nextInt(logits.length);

      assertThat(Softmax.logProbability(logits, id))
          .isCloseTo(NaiveSampling.logProbability(logits, id), within(1e-10));
    }
    assertThat(Softmax.logProbability(new float[] {0, Float.NEGATIVE_INFINITY}, 1))
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void uniformNumbersAreThoseOfSplitMix() {
    Random random = new Random(6);
    for (int n = 0; n < 100; n++) {
      long seed = n < 50 ? n - 25 : random.nextLong();
      // The JDK's generator is SplitMix64 as long as it is not split.
      SplittableRandom reference = new SplittableRandom(new SplittableRandom(seed).nextLong());
      for (int step = 0; step < 100; step++) {
        assertThat(RandomDraw.uniform(seed, step))
            .isEqualTo((reference.nextLong() >>> 11) * 0x1p-53);
      }
    }
  }
}
