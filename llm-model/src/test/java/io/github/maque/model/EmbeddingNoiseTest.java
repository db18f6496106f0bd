package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** NEFTune: noise of a size that is said for each token, drawn from the seed of the pass. */
class EmbeddingNoiseTest {
  private static final int[] IDS = TestConfigs.ids(8);

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final DecoderInput input = DecoderInput.of(manager, new int[][] {IDS, IDS});

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void isEvenlySpreadBetweenTheMagnitudes() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    int width = 20_000;
    NDArray zeros = manager.zeros(new Shape(1, 3, width));
    NDArray magnitudes = TestDecoders.array(manager, new double[][] {{0, 0.5, 2}});
    float[] noise = decoder.kernels().noisy(manager, zeros, magnitudes).toFloatArray();
    for (int token = 0; token < 3; token++) {
      double size = new double[] {0, 0.5, 2}[token];
      double sum = 0;
      double squares = 0;
      for (int i = token * width; i < (token + 1) * width; i++) {
        assertThat(Math.abs(noise[i])).isLessThanOrEqualTo((float) size);
        sum += noise[i];
        squares += noise[i] * noise[i];
      }
      assertThat(sum / width).isCloseTo(0, within(0.03 * size + 1e-9));
      assertThat(squares / width).isCloseTo(size * size / 3, within(0.03 * size * size + 1e-9));
    }
  }

  @Test
  void isTheSameForTheSameSeedAlone() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    NDArray some = manager.ones(new Shape(2, 8)).mul(0.1);
    float[] noisy = hidden(decoder, Checkpointing.none(), 3, some);
    assertThat(hidden(decoder, Checkpointing.everyLayer(), 3, some)).isEqualTo(noisy);
    assertThat(hidden(decoder, Checkpointing.none(), 4, some)).isNotEqualTo(noisy);
    float[] plain = decoder.hiddenStates(manager, input).toFloatArray();
    assertThat(noisy).isNotEqualTo(plain);
    float[] none = hidden(decoder, Checkpointing.none(), 3, manager.zeros(new Shape(2, 8)));
    assertThat(none).containsExactly(plain, within(1e-5f));
  }

  /** Causal: what comes before a token with noise does not see it, nor do other sequences. */
  @Test
  void isOfTheTokensThatItIsSaidFor() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    NDArray last =
        TestDecoders.array(manager, new double[][] {new double[8], {0, 0, 0, 0, 0, 1, 0, 0}});
    float[] plain = hidden(decoder, Checkpointing.none(), 1, manager.zeros(new Shape(2, 8)));
    float[] noisy = hidden(decoder, Checkpointing.none(), 1, last);
    int width = decoder.config().width();
    for (int token = 0; token < 16; token++) {
      int from = token * width;
      boolean same = IntStream.range(from, from + width).allMatch(i -> noisy[i] == plain[i]);
      assertThat(same).as("token %d", token).isEqualTo(token < 8 + 5);
    }
  }

  @Test
  void mustBeOfTheShapeOfIds() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> hidden(decoder, Checkpointing.none(), 1, manager.ones(new Shape(8))))
        .withMessage("noise must be float32 of the shape of ids, (2, 8), but is float32 (8)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> hidden(decoder, Checkpointing.none(), 1, manager.create(new int[2][8])));
  }

  private float[] hidden(Decoder decoder, Checkpointing checkpointing, long seed, NDArray noise) {
    try (ForwardPass pass = decoder.forwardPass(input, checkpointing, seed, noise)) {
      return pass.hidden().toFloatArray();
    }
  }
}
