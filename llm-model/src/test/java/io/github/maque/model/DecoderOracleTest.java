package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.maque.model.kernel.Precision;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds what the decoder computes against {@link NaiveDecoder}. */
class DecoderOracleTest {
  private static final int TIME = 10;

  /** Two sequences: one of a single document, one of three, the last of which goes on elsewhere. */
  private static final int[][] IDS = {
    TestConfigs.ids(TIME), {4, 1, 12, 0, 5, 5, 2, 9, 11, 7},
  };

  private static final int[][] POSITIONS = {
    IntStream.range(0, TIME).toArray(), {0, 1, 2, 0, 1, 2, 3, 6, 7, 8},
  };
  private static final int[][] SEGMENTS = {new int[TIME], {7, 7, 7, 3, 3, 3, 3, 4, 4, 4}};

  private static final NDManager ENGINE = NDManager.newBaseManager("PyTorch");
  private static final Map<String, Decoder> DECODERS = new HashMap<>();

  private final NDManager manager = ENGINE.newSubManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @AfterAll
  static void closeAll() {
    ENGINE.close();
  }

  /** Compiles a decoder once for all tests. */
  private static Decoder decoder(String name) {
    return DECODERS.computeIfAbsent(name, n -> TestDecoders.create(ENGINE, n));
  }

  static List<String> configs() {
    return TestConfigs.names();
  }

  @ParameterizedTest
  @MethodSource("configs")
  void computesTheLogitsOfTheOracle(String name) {
    Decoder decoder = decoder(name);
    DecoderInput plain = DecoderInput.of(manager, new int[][] {IDS[0], IDS[0]});
    double[] expected = flat(oracle(name).logits(IDS[0]));
    NDArray logits = decoder.logits(manager, plain);
    assertThat(logits.getShape().getShape())
        .containsExactly(2, TIME, decoder.config().vocabularySize());
    assertThat(TestDecoders.error(logits.get(0).toFloatArray(), expected)).isLessThan(1e-5);
    assertThat(TestDecoders.error(logits.get(1).toFloatArray(), expected)).isLessThan(1e-5);
  }

  @ParameterizedTest
  @MethodSource("configs")
  void keepsDocumentsApartAsTheOracleDoes(String name) {
    Decoder decoder = decoder(name);
    float[] logits = decoder.logits(manager, packed()).toFloatArray();
    assertThat(TestDecoders.error(logits, packedLogits(name))).isLessThan(1e-5);
  }

  /** The pass that training takes has kernels of its own. */
  @ParameterizedTest
  @MethodSource("configs")
  void computesTheHiddenStatesOfTheOracleInTraining(String name) {
    Decoder decoder = decoder(name);
    NaiveDecoder oracle = oracle(name);
    double[] expected =
        IntStream.range(0, 2)
            .mapToObj(row -> flat(oracle.hiddenStates(IDS[row], POSITIONS[row], SEGMENTS[row])))
            .flatMapToDouble(Arrays::stream)
            .toArray();
    for (Checkpointing checkpointing : List.of(Checkpointing.none(), Checkpointing.everyLayer())) {
      try (ForwardPass pass = decoder.forwardPass(packed(), checkpointing, 1)) {
        assertThat(TestDecoders.error(pass.hidden().toFloatArray(), expected)).isLessThan(1e-5);
      }
    }
  }

  /** As a block of DJL's, for inference and for training. */
  @ParameterizedTest
  @MethodSource("configs")
  void isABlock(String name) {
    Decoder decoder = decoder(name);
    NDList inputs =
        new NDList(
            TestDecoders.array(manager, IDS),
            TestDecoders.array(manager, POSITIONS),
            TestDecoders.array(manager, SEGMENTS));
    ParameterStore store = new ParameterStore(manager, false);
    for (boolean training : new boolean[] {false, true}) {
      float[] logits = decoder.forward(store, inputs, training).singletonOrThrow().toFloatArray();
      assertThat(TestDecoders.error(logits, packedLogits(name))).isLessThan(1e-5);
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void computesTheLogProbabilitiesOfTheOracle(String name) {
    Decoder decoder = decoder(name);
    NaiveDecoder oracle = oracle(name);
    int[][] targets = {IDS[1], IDS[0]};
    double[][][] logits = new double[2][][];
    Arrays.setAll(logits, row -> oracle.logits(IDS[row], POSITIONS[row], SEGMENTS[row]));
    try (ForwardPass pass = decoder.forwardPass(packed(), Checkpointing.none(), 1)) {
      NDList result = pass.logProbabilities(TestDecoders.array(manager, targets));
      for (int row = 0; row < 2; row++) {
        double[] expected = NaiveLoss.logProbabilities(logits[row], targets[row]);
        double[] sums = Arrays.stream(logits[row]).mapToDouble(NaiveLoss::logSumExp).toArray();
        assertThat(doubles(result.get(0).get(row))).containsExactly(expected, within(2e-5));
        assertThat(doubles(result.get(1).get(row))).containsExactly(sums, within(2e-5));
      }
    }
  }

  static Stream<Arguments> precisions() {
    // Bounds are about twice of what was measured: at most 11 roundings' worth, 2^-8 and 2^-11
    // each.
    return Stream.of("llama", "qwen3", "gpt2", "odd", "everything", "learned-parallel")
        .flatMap(
            name ->
                Stream.of(
                    Arguments.of(name, Precision.BFLOAT16_MIXED, 0.08),
                    Arguments.of(name, Precision.BFLOAT16_TRUE, 0.08),
                    Arguments.of(name, Precision.FLOAT16_MIXED, 0.012)));
  }

  @ParameterizedTest
  @MethodSource("precisions")
  void staysWithinItsPrecision(String name, Precision precision, double bound) {
    Decoder decoder = TestDecoders.create(manager, TestConfigs.config(name), precision);
    float[] logits = decoder.logits(manager, packed()).toFloatArray();
    assertThat(TestDecoders.error(logits, packedLogits(name)))
        .isLessThan(bound)
        .isGreaterThan(precision == Precision.FLOAT16_MIXED ? 1e-4 : 1e-3);
  }

  /** Longer than the blocks in which attention goes, and than what it keeps probabilities of. */
  @ParameterizedTest
  @CsvSource({
    "llama-biased, 200",
    "gemma2, 200",
    "qwen3, 300",
    "learned-parallel, 150",
    "granite, 1100"
  })
  void readsLongSequences(String name, int time) {
    DecoderConfig config = TestConfigs.config(name).toBuilder().contextLength(time).build();
    Map<String, double[]> weights = TestConfigs.weights(config);
    Decoder decoder =
        TestDecoders.withWeights(Decoder.create(manager, config, Precision.FLOAT32), weights);
    int[] ids = TestConfigs.ids(time);
    int[] positions = IntStream.range(0, time).map(t -> t % 90).toArray();
    int[] segments = IntStream.range(0, time).map(t -> t / 90).toArray();
    NaiveDecoder oracle = new NaiveDecoder(config, weights);
    double[] apart = flat(oracle.hiddenStates(ids, positions, segments));
    double[] whole =
        flat(oracle.hiddenStates(ids, IntStream.range(0, time).toArray(), new int[time]));
    DecoderInput packed =
        TestDecoders.input(
            manager, new int[][] {ids}, new int[][] {positions}, new int[][] {segments});
    assertThat(hidden(decoder, packed, apart)).as("documents").isLessThan(1e-5);
    DecoderInput plain = DecoderInput.of(manager, new int[][] {ids});
    assertThat(hidden(decoder, plain, whole)).as("one document").isLessThan(1e-5);
  }

  private static double hidden(Decoder decoder, DecoderInput input, double[] expected) {
    try (ForwardPass pass = decoder.forwardPass(input, Checkpointing.none(), 1)) {
      return TestDecoders.error(pass.hidden().toFloatArray(), expected);
    }
  }

  @ParameterizedTest
  @MethodSource("configs")
  void hasTheParametersOfTheClosedForm(String name) {
    DecoderConfig config = TestConfigs.config(name);
    Decoder decoder = decoder(name);
    Map<String, List<Long>> shapes = new TreeMap<>();
    long total = 0;
    for (Map.Entry<String, Parameter> parameter : decoder.parametersByName().entrySet()) {
      NDArray array = parameter.getValue().getArray();
      shapes.put(parameter.getKey(), Arrays.stream(array.getShape().getShape()).boxed().toList());
      total += array.size();
    }
    Map<String, List<Long>> expected = new TreeMap<>();
    TestConfigs.shapes(config)
        .forEach((key, shape) -> expected.put(key, Arrays.stream(shape).boxed().toList()));
    assertThat(shapes).isEqualTo(expected);
    assertThat(config.parameters()).isEqualTo(total);
  }

  @Test
  void refusesWhatDoesNotFit() {
    Decoder decoder = decoder("llama");
    DecoderInput tooLong = DecoderInput.of(manager, new int[][] {new int[17]});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decoder.logits(manager, tooLong))
        .withMessage("sequences have 17 tokens, but contextLength is 16");
  }

  /** Rows of several documents may be longer than the context, which no document may be. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "gpt2", "qwen3"})
  void readsRowsLongerThanTheContext(String name) {
    Decoder decoder = TestDecoders.create(manager, name);
    int[] ids = TestConfigs.ids(40);
    int[] positions = IntStream.range(0, 40).map(t -> t % 16).toArray();
    int[] segments = IntStream.range(0, 40).map(t -> t / 16).toArray();
    DecoderInput row =
        TestDecoders.input(
            manager, new int[][] {ids}, new int[][] {positions}, new int[][] {segments});
    double[] expected = flat(oracle(name).logits(ids, positions, segments));
    assertThat(TestDecoders.error(decoder.logits(manager, row).toFloatArray(), expected))
        .isLessThan(1e-5);
    try (ForwardPass pass = decoder.forwardPass(row, Checkpointing.none(), 1)) {
      assertThat(pass.hidden().getShape().get(1)).isEqualTo(40);
    }
  }

  private DecoderInput packed() {
    return TestDecoders.input(manager, IDS, POSITIONS, SEGMENTS);
  }

  private static double[] packedLogits(String name) {
    NaiveDecoder oracle = oracle(name);
    return IntStream.range(0, 2)
        .mapToObj(row -> flat(oracle.logits(IDS[row], POSITIONS[row], SEGMENTS[row])))
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  private static NaiveDecoder oracle(String name) {
    DecoderConfig config = TestConfigs.config(name);
    return new NaiveDecoder(config, TestConfigs.weights(config));
  }

  private static double[] doubles(NDArray array) {
    float[] values = array.toFloatArray();
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private static double[] flat(double[][] values) {
    return Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray();
  }
}
