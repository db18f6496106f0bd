package io.github.maque.data.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SampleListTest {

  @Test
  void givesEveryStretchOfEverySampleBack() {
    SplittableRandom random = new SplittableRandom(4);
    List<int[]> ids = new ArrayList<>();
    List<float[]> weights = new ArrayList<>();
    SampleList.Builder builder = SampleList.builder();
    for (int i = 0; i < 60; i++) {
      int length = 1 + random.nextInt(20);
      int[] tokens = random.ints(length, 0, Integer.MAX_VALUE).toArray();
      float[] tokenWeights = new float[length];
      for (int t = 0; t < length; t++) {
        tokenWeights[t] = random.nextInt(3) / 2f;
      }
      ids.add(tokens);
      weights.add(tokenWeights);
      builder.add(tokens, tokenWeights);
    }
    SampleList samples = builder.build();

    assertThat(samples.size()).isEqualTo(60);
    for (int i = 0; i < 60; i++) {
      int length = ids.get(i).length;
      assertThat(samples.length(i)).isEqualTo(length);
      for (int from = 0; from <= length; from++) {
        for (int to = from; to <= length; to++) {
          int[] into = new int[to - from + 2];
          float[] intoWeights = new float[to - from + 2];
          Arrays.fill(into, -9);
          Arrays.fill(intoWeights, -9);
          samples.read(i, from, to - from, into, intoWeights, 1);
          int[] expected = new int[to - from + 2];
          float[] expectedWeights = new float[to - from + 2];
          Arrays.fill(expected, -9);
          Arrays.fill(expectedWeights, -9);
          System.arraycopy(ids.get(i), from, expected, 1, to - from);
          System.arraycopy(weights.get(i), from, expectedWeights, 1, to - from);
          assertThat(into).containsExactly(expected);
          assertThat(intoWeights).containsExactly(expectedWeights);
        }
      }
    }
  }

  @Test
  void marksAnswers() {
    SampleList samples =
        SampleList.builder().add(new int[] {4, 5, 2}, new boolean[] {false, true, true}).build();
    float[] weights = new float[3];
    samples.read(0, 0, 3, new int[3], weights, 0);
    assertThat(weights).containsExactly(0, 1, 1);
  }

  @Test
  void growsByHalfUpToTheLargestArray() {
    int most = Integer.MAX_VALUE - 8;
    for (int length : new int[] {0, 1, 16, 1000, 1_000_000_000, 1_500_000_000, most - 1}) {
      int roomy = (int) Math.min(most, Math.max(16, 1.5 * length));
      assertThat(SampleList.Builder.grownLength(length, length + 1)).isBetween(roomy, most);
    }
    assertThat(SampleList.Builder.grownLength(10, 2_000_000_000)).isEqualTo(2_000_000_000);
  }

  @Test
  void staysAsItWasBuilt() {
    SampleList.Builder builder = SampleList.builder().add(new int[] {4}, new float[] {1});
    SampleList samples = builder.build();
    builder.add(new int[] {5}, new float[] {0});
    assertThat(samples.size()).isEqualTo(1);
    assertThat(builder.build().size()).isEqualTo(2);
    assertThat(SampleList.builder().build().size()).isZero();
  }

  @Test
  void refusesSamplesThatAreNone() {
    SampleList.Builder builder = SampleList.builder().add(new int[] {4}, new float[] {1});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add(new int[0], new float[0]))
        .withMessageContaining("sample 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add(new int[2], new float[1]))
        .withMessageContaining("sample 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add(new int[] {3, -1}, new float[2]))
        .withMessageContaining("token 1 of sample 1")
        .withMessageContaining("-1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.add(new int[] {3}, new float[] {Float.NaN}))
        .withMessageContaining("NaN");
    // What was refused has left nothing behind.
    assertThat(builder.build().size()).isEqualTo(1);
  }

  @Test
  void refusesStretchesOutsideOfASample() {
    SampleList samples =
        SampleList.builder()
            .add(new int[] {4, 5}, new float[] {1, 0})
            .add(new int[] {6}, new float[] {1})
            .build();
    assertThatThrownBy(() -> samples.read(0, 1, 2, new int[3], new float[3], 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> samples.length(2)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
