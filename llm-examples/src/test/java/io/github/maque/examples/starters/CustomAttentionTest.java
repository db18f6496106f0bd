package io.github.maque.examples.starters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.maque.data.pack.Sequences;
import io.github.maque.examples.starters.CustomAttention.Alibi;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.Positions;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.model.layer.LowRankUpdates;
import io.github.maque.model.layer.SequenceContext;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.train.metric.StepMetrics;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CustomAttentionTest {
  private static final int TIME = 7;
  private static final int WIDTH = 8;
  private static final int HEADS = 4;
  private static final int SIZE = 6;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final Kernels kernels = Kernels.compile(manager, CustomAttention.KERNEL);
  private final Random random = new Random(5);

  @AfterEach
  void close() {
    manager.close();
  }

  /** One document of seven tokens, or two of three and four. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void computesWhatThePaperSays(int secondDocument) {
    DecoderConfig config =
        DecoderConfig.builder()
            .vocabularySize(9)
            .layers(1)
            .width(WIDTH)
            .heads(HEADS)
            .headSize(SIZE)
            .positions(new Positions.None())
            .build();
    Alibi block = new Alibi(config, kernels.get("attend"));
    block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, WIDTH));
    float[] qkv = numbers(3 * HEADS * SIZE * WIDTH);
    float[] output = numbers(WIDTH * HEADS * SIZE);
    set(block.getParameters().get("qkv_proj.weight"), qkv);
    set(block.getParameters().get("o_proj.weight"), output);
    float[] x = numbers(TIME * WIDTH);

    float[] found =
        block
            .forward(
                new ParameterStore(manager, false),
                new NDList(manager.create(x, new Shape(1, TIME, WIDTH))),
                false,
                context(secondDocument).asParameters())
            .singletonOrThrow()
            .toFloatArray();

    double[] expected = naive(x, qkv, output, secondDocument);
    assertThat(found).hasSize(expected.length);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i]).isCloseTo(expected[i], within(1e-5));
    }
  }

  @Test
  void itsWeightsLearn() throws IOException {
    List<String> stories = MadeUpData.stories(60);
    Tokenizer tokenizer = MadeUpData.tokenizer(stories, 400);
    Sequences rows = PretrainInTwentyLines.inMemory(stories, tokenizer, 64);
    Decoder decoder = CustomAttention.decoder(manager, tokenizer.vocabularySize(), kernels);
    Map<String, float[]> before = new HashMap<>();
    decoder
        .parametersByName()
        .forEach((name, parameter) -> before.put(name, parameter.getArray().toFloatArray()));
    assertThat(before).containsKey("model.layers.1.self_attn.qkv_proj.weight");

    List<Double> losses =
        CustomAttention.train(decoder, rows, 20).history().steps().stream()
            .map(StepMetrics::loss)
            .toList();

    assertThat(losses.get(19)).isLessThan(losses.get(0) - 1);
    decoder
        .parametersByName()
        .forEach(
            (name, parameter) ->
                assertThat(parameter.getArray().toFloatArray())
                    .as(name)
                    .isNotEqualTo(before.get(name)));
  }

  private SequenceContext context(int secondDocument) {
    int[] positions = new int[TIME];
    boolean[] mask = new boolean[TIME * TIME];
    for (int q = 0; q < TIME; q++) {
      int begin = q < secondDocument ? 0 : secondDocument;
      positions[q] = q - begin;
      for (int k = begin; k <= q; k++) {
        mask[q * TIME + k] = true;
      }
    }
    NDArray none = manager.create(new Shape(0));
    return new SequenceContext(
        manager.create(positions, new Shape(1, TIME)),
        null,
        secondDocument == 0 ? none : manager.create(mask, new Shape(1, 1, TIME, TIME)),
        none,
        none,
        none,
        LowRankUpdates.none());
  }

  private static double[] naive(float[] x, float[] qkv, float[] output, int secondDocument) {
    double[] joined = new double[TIME * HEADS * SIZE];
    for (int head = 0; head < HEADS; head++) {
      double slope = Math.pow(2, -8.0 * (head + 1) / HEADS);
      for (int q = 0; q < TIME; q++) {
        int begin = q < secondDocument ? 0 : secondDocument;
        double[] weights = new double[TIME];
        double sum = 0;
        for (int k = begin; k <= q; k++) {
          double score = 0;
          for (int i = 0; i < SIZE; i++) {
            score += projected(x, qkv, q, 0, head, i) * projected(x, qkv, k, 1, head, i);
          }
          weights[k] = Math.exp(score / Math.sqrt(SIZE) - slope * (q - k));
          sum += weights[k];
        }
        for (int k = begin; k <= q; k++) {
          for (int i = 0; i < SIZE; i++) {
            joined[(q * HEADS + head) * SIZE + i] +=
                weights[k] / sum * projected(x, qkv, k, 2, head, i);
          }
        }
      }
    }
    double[] result = new double[TIME * WIDTH];
    for (int t = 0; t < TIME; t++) {
      for (int to = 0; to < WIDTH; to++) {
        for (int from = 0; from < HEADS * SIZE; from++) {
          result[t * WIDTH + to] +=
              joined[t * HEADS * SIZE + from] * output[to * HEADS * SIZE + from];
        }
      }
    }
    return result;
  }

  /** A number of a query (part 0), key (1) or value (2). */
  private static double projected(float[] x, float[] qkv, int t, int part, int head, int i) {
    int row = (part * HEADS + head) * SIZE + i;
    double sum = 0;
    for (int j = 0; j < WIDTH; j++) {
      sum += (double) x[t * WIDTH + j] * qkv[row * WIDTH + j];
    }
    return sum;
  }

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian() / 2;
    }
    return numbers;
  }

  private void set(Parameter parameter, float[] values) {
    NDArray array = parameter.getArray();
    manager.create(values, array.getShape()).copyTo(array);
  }
}
