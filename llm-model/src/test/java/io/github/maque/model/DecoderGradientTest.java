package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.kernel.Precision;
import io.github.maque.model.layer.LanguageModelHead;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds gradients against finite differences of the oracle's loss. */
class DecoderGradientTest {
  private static final double SMOOTHING = 0.1;
  private static final double Z_LOSS = 0.02;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  static List<String> configs() {
    return TestConfigs.names();
  }

  /**
   * Some numbers of every parameter, the loss with all its terms over two sequences: one of two
   * documents, one of a single document with two tokens that do not count and one that counts
   * negatively.
   */
  @ParameterizedTest
  @MethodSource("configs")
  void areThoseOfTheOracle(String name) {
    Sequences two =
        new Sequences(
            new int[][] {{3, 1, 4, 1, 5, 9, 2}, {6, 5, 3, 5, 8, 12, 7}},
            new int[][] {{0, 1, 2, 0, 1, 2, 3}, {0, 1, 2, 3, 4, 5, 6}},
            new int[][] {{0, 0, 0, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 0, 0}},
            new int[][] {{1, 4, 1, 5, 9, 2, 6}, {5, 3, 5, 8, 12, 7, 0}},
            new double[][] {{0.3, 0.1, 1, 0.2, 0.4, 0.5, 0.6}, {0, 0.2, 0, -0.3, 0.7, 0.1, 1}});
    compare(TestConfigs.config(name), two, SMOOTHING, Z_LOSS, ".*", 3);
  }

  /** Longer than the blocks that attention takes queries in, and than what it keeps. */
  @ParameterizedTest
  @CsvSource({
    "llama-biased, 150, 1000",
    "llama-biased, 150, 100",
    "qwen3, 270, 1000",
    "everything, 150, 100",
    "odd, 1030, 2000"
  })
  void ofLongSequencesAreThoseOfTheOracle(String name, int time, int document) {
    DecoderConfig config =
        TestConfigs.config(name).toBuilder().contextLength(time).layers(1).build();
    Random random = new Random(time);
    Sequences one = documents(random, time, document);
    compare(config, one, 0, 0, ".*[qkv]_proj.weight", time > 1000 ? 1 : 3);
  }

  /** More than attention takes at once: those kept and those computed again. */
  @ParameterizedTest
  @ValueSource(ints = {900, 1030})
  void ofManyLongSequencesAreTheSumOfThoseOfEach(int time) {
    DecoderConfig config =
        TestConfigs.config("llama-biased").toBuilder()
            .contextLength(time)
            .layers(1)
            .heads(8)
            .headSize(4)
            .build();
    Decoder decoder = TestDecoders.create(manager, config, Precision.FLOAT32);
    Random random = new Random(time);
    List<Sequences> alone =
        IntStream.of(time, 100, 333)
            .mapToObj(document -> documents(random, time, document))
            .toList();
    double sum = alone.stream().mapToDouble(one -> run(decoder, one, 0, 0)).sum();
    Map<String, float[]> expected = TestDecoders.gradients(decoder);
    decoder.zeroGradients();
    Sequences all =
        new Sequences(
            alone.stream().map(one -> one.ids[0]).toArray(int[][]::new),
            alone.stream().map(one -> one.positions[0]).toArray(int[][]::new),
            alone.stream().map(one -> one.segments[0]).toArray(int[][]::new),
            alone.stream().map(one -> one.targets[0]).toArray(int[][]::new),
            alone.stream().map(one -> one.weights[0]).toArray(double[][]::new));

    assertThat(run(decoder, all, 0, 0)).isCloseTo(sum, within(1e-5 * sum));
    TestDecoders.gradients(decoder)
        .forEach(
            (name, gradient) -> {
              float[] exact = expected.get(name);
              double size = Math.abs(exact[largest(exact)]);
              assertThat(gradient).as(name).containsExactly(exact, within((float) (1e-5 * size)));
            });
  }

  /** Returns a sequence of documents of one length, but the last. */
  private static Sequences documents(Random random, int time, int document) {
    return new Sequences(
        new int[][] {random.ints(time, 0, 13).toArray()},
        new int[][] {IntStream.range(0, time).map(t -> t % document).toArray()},
        new int[][] {IntStream.range(0, time).map(t -> t / document).toArray()},
        new int[][] {random.ints(time, 0, 13).toArray()},
        new double[][] {random.doubles(time).map(v -> v / time).toArray()});
  }

  private record Sequences(
      int[][] ids, int[][] positions, int[][] segments, int[][] targets, double[][] weights) {
    double loss(NaiveDecoder oracle, double smoothing, double zLoss) {
      double sum = 0;
      for (int row = 0; row < ids.length; row++) {
        double[][] logits = oracle.logits(ids[row], positions[row], segments[row]);
        sum += NaiveLoss.crossEntropy(logits, targets[row], weights[row], zLoss, smoothing);
      }
      return sum;
    }
  }

  private void compare(
      DecoderConfig config,
      Sequences sequences,
      double smoothing,
      double zLoss,
      String names,
      int samples) {
    Map<String, double[]> weights = TestConfigs.weights(config);
    Decoder decoder =
        TestDecoders.withWeights(Decoder.create(manager, config, Precision.FLOAT32), weights);
    NaiveDecoder oracle = new NaiveDecoder(config, weights);
    double loss = run(decoder, sequences, smoothing, zLoss);
    DoubleSupplier expected = () -> sequences.loss(oracle, smoothing, zLoss);
    double exactLoss = expected.getAsDouble();
    assertThat(loss).isCloseTo(exactLoss, within(1e-5 * exactLoss));
    Map<String, float[]> gradients = TestDecoders.gradients(decoder);
    assertThat(gradients.keySet()).containsExactlyInAnyOrderElementsOf(weights.keySet());
    Random random = new Random(1);
    for (String name : weights.keySet().stream().filter(n -> n.matches(names)).toList()) {
      float[] gradient = gradients.get(name);
      int largest = largest(gradient);
      double size = Math.abs(gradient[largest]);
      for (int i = 0; i < samples; i++) {
        int at = i == 0 ? largest : random.nextInt(gradient.length);
        double exact = NaiveLoss.derivative(expected, weights.get(name), at);
        assertThat((double) gradient[at])
            .as("%s[%d]", name, at)
            .isCloseTo(exact, within(2e-5 * size + 1e-6));
      }
    }
  }

  /** Returns the loss, and leaves gradients in the decoder's parameters. */
  private double run(Decoder decoder, Sequences sequences, double smoothing, double zLoss) {
    DecoderInput input =
        TestDecoders.input(manager, sequences.ids, sequences.positions, sequences.segments);
    try (ForwardPass pass = decoder.forwardPass(input, Checkpointing.none(), 1)) {
      NDArray weights = TestDecoders.array(manager, sequences.weights);
      LanguageModelHead.Gradients head =
          pass.headGradients(
              TestDecoders.array(manager, sequences.targets), weights, smoothing, zLoss);
      pass.backward(head.hidden());
      return head.logProbabilities()
          .mul(smoothing - 1)
          .sub(head.meanLogProbabilities().mul(smoothing))
          .add(head.logSums().square().mul(zLoss))
          .mul(weights)
          .sum()
          .getFloat();
    }
  }

  private static int largest(float[] values) {
    return IntStream.range(0, values.length)
        .reduce((a, b) -> Math.abs(values[b]) > Math.abs(values[a]) ? b : a)
        .orElseThrow();
  }
}
