package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.kernel.Precision;
import io.github.maque.model.layer.LowRankUpdates;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An update does what its product does in the weight, and learns what its factors would. */
class LowRankUpdatesTest {
  private static final int TIME = 9;
  private static final int[] IDS = TestConfigs.ids(TIME);
  private static final int[] TARGETS =
      IntStream.range(0, TIME).map(t -> (7 * t + 2) % 13).toArray();

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final DecoderInput input = DecoderInput.of(manager, new int[][] {IDS});
  private final NDArray targets = TestDecoders.array(manager, new int[][] {TARGETS});

  @AfterEach
  void close() {
    manager.close();
  }

  static List<String> configs() {
    return TestConfigs.names();
  }

  /** In inference, in training, and with a cache. */
  @ParameterizedTest
  @MethodSource("configs")
  void areThoseOfMergedWeights(String name) {
    assertAsMerged(name, ".*_proj");
  }

  @ParameterizedTest
  @ValueSource(strings = {"q_proj", "k_proj|v_proj", "o_proj", "up_proj", "0.*(gate|down)_proj"})
  void areThoseOfMergedWeightsWhereSomeProjectionsHaveNone(String names) {
    assertAsMerged("llama", names);
    assertAsMerged("everything", names);
  }

  private void assertAsMerged(String name, String projections) {
    TestUpdates updates = new TestUpdates(TestConfigs.config(name), projections);
    Decoder decoder = updates.decoder(manager, 0.5);
    double[][] expected = new NaiveDecoder(decoder.config(), updates.merged()).logits(IDS);
    float[] logits = decoder.logits(manager, input).toFloatArray();
    assertThat(TestDecoders.error(logits, flat(expected))).isLessThan(1e-5);

    decoder.projections().use(updates.create(manager, decoder, 0));
    double loss = backward(decoder, Checkpointing.none(), 1);
    assertThat(loss).isCloseTo(loss(expected), within(1e-5));
    try (DecodingSession session = DecodingSession.open(decoder, 1)) {
      float[][] next = new float[1][session.vocabularySize()];
      session.prefill(new int[] {0}, new int[][] {Arrays.copyOf(IDS, TIME - 1)}, next);
      session.step(new int[] {0}, new int[] {IDS[TIME - 1]}, next);
      assertThat(TestDecoders.error(next[0], expected[TIME - 1])).isLessThan(2e-5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen3", "gpt2", "odd", "everything"})
  void gradientsAreThoseOfTheOracle(String name) {
    TestUpdates updates = new TestUpdates(TestConfigs.config(name), ".*_proj");
    Decoder decoder = updates.decoder(manager, 0);
    decoder.freeze(Pattern.compile("(?!.*lora).*"), true);
    backward(decoder, Checkpointing.none(), 1);
    Map<String, float[]> gradients = gradients(decoder);
    assertThat(gradients.keySet()).containsExactlyInAnyOrderElementsOf(updates.factors().keySet());
    DoubleSupplier loss =
        () -> loss(new NaiveDecoder(decoder.config(), updates.merged()).logits(IDS));
    updates
        .factors()
        .forEach(
            (parameter, values) -> {
              float[] gradient = gradients.get(parameter);
              int at = largest(gradient);
              assertThat((double) gradient[at])
                  .as("%s[%d]", parameter, at)
                  .isCloseTo(
                      NaiveLoss.derivative(loss, values, at),
                      within(2e-5 * Math.abs(gradient[at]) + 1e-6));
            });
  }

  /** DJL's own means differentiate attention in one piece, as is done on a GPU. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "everything"})
  void gradientsAreThoseOfDjl(String name) {
    Decoder decoder = new TestUpdates(TestConfigs.config(name), ".*_proj").decoder(manager, 0);
    backward(decoder, Checkpointing.none(), 1);
    Map<String, float[]> own = gradients(decoder);
    decoder.zeroGradients();
    try (NDManager step = manager.newSubManager();
        GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray ids = input.ids().duplicate();
      ids.attach(step);
      NDList logits = decoder.forward(new ParameterStore(step, false), new NDList(ids), true);
      NDArray rows = logits.singletonOrThrow().reshape(TIME, decoder.config().vocabularySize());
      collector.backward(
          Loss.softmaxCrossEntropyLoss()
              .evaluate(new NDList(targets.reshape(-1, 1)), new NDList(rows)));
    }
    gradients(decoder)
        .forEach(
            (key, values) ->
                assertThat(TestDecoders.error(own.get(key), doubles(values)))
                    .as(key)
                    .isLessThan(1e-4));
  }

  /** Dropout included: it is the same when a layer is computed again. */
  @ParameterizedTest
  @CsvSource({"llama, 0", "llama, 0.4", "everything, 0.4", "gpt2, 0.4"})
  void gradientsDoNotDependOnCheckpointing(String name, double dropout) {
    DecoderConfig config = TestConfigs.config(name).toBuilder().layers(3).build();
    Decoder decoder = new TestUpdates(config, ".*_proj").decoder(manager, dropout);
    double loss = backward(decoder, Checkpointing.none(), 7);
    Map<String, float[]> plain = gradients(decoder);
    for (Checkpointing other : List.of(Checkpointing.everyLayer(), Checkpointing.every(2))) {
      decoder.zeroGradients();
      assertThat(backward(decoder, other, 7)).isEqualTo(loss);
      gradients(decoder)
          .forEach((key, values) -> assertThat(values).as(key).isEqualTo(plain.get(key)));
    }
    assertThat(backward(decoder, Checkpointing.none(), 8) == loss).isEqualTo(dropout == 0);
  }

  /** The base learns beside updates just as it does with them merged. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "everything"})
  void leaveTheGradientsOfTheBaseAlone(String name) {
    TestUpdates updates = new TestUpdates(TestConfigs.config(name), ".*_proj");
    Decoder decoder = updates.decoder(manager, 0);
    backward(decoder, Checkpointing.none(), 1);
    Decoder merged = TestDecoders.withWeights(TestDecoders.create(manager, name), updates.merged());
    backward(merged, Checkpointing.none(), 1);
    Map<String, float[]> gradients = gradients(decoder);
    gradients(merged)
        .forEach(
            (key, expected) -> {
              assertThat(TestDecoders.error(gradients.get(key), doubles(expected)))
                  .as(key)
                  .isLessThan(1e-4);
            });
  }

  @Test
  void doNotTouchAFrozenBase() {
    Decoder decoder =
        new TestUpdates(TestConfigs.config("everything"), "q_proj").decoder(manager, 0.1);
    decoder.freeze(Pattern.compile("(?!.*lora).*"), true);
    backward(decoder, Checkpointing.everyLayer(), 1);
    assertThat(gradients(decoder))
        .hasSize(4)
        .allSatisfy((name, g) -> assertThat(name).contains("lora"));
  }

  /** With A that reads one number, what is dropped shows: nothing is added. */
  @Test
  void dropTheShareThatIsConfigured() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    DecoderConfig config = decoder.config();
    String projection = "model.layers.1.mlp.up_proj";
    LowRankUpdates.Factors factors = decoder.projections().newFactors(manager, projection, 1, 1);
    double[] one = new double[config.width()];
    one[3] = 1;
    double[] ones = new double[config.feedForwardWidth()];
    Arrays.fill(ones, 1);
    TestDecoders.set(manager, factors.a().getArray(), one);
    TestDecoders.set(manager, factors.b().getArray(), ones);
    float[] plain = hidden(decoder, 0);
    decoder.projections().use(LowRankUpdates.of(manager, 1, 0.3, Map.of(projection, factors)));
    int passes = 60;
    int dropped = 0;
    for (int seed = 0; seed < passes; seed++) {
      float[] hidden = hidden(decoder, seed);
      for (int place = 0; place < plain.length; place += config.width()) {
        dropped += Math.abs(hidden[place] - plain[place]) < 1e-6 ? 1 : 0;
      }
    }
    double places = passes * TIME;
    assertThat(dropped / places).isCloseTo(0.3, within(5 * Math.sqrt(0.3 * 0.7 / places)));
  }

  private float[] hidden(Decoder decoder, long seed) {
    try (ForwardPass pass = decoder.forwardPass(input, Checkpointing.none(), seed)) {
      return pass.hidden().toFloatArray();
    }
  }

  /** In lower precision the product is rounded, not left out. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "gpt2"})
  void workInLowPrecision(String name) {
    TestUpdates updates = new TestUpdates(TestConfigs.config(name), ".*_proj");
    Decoder decoder =
        TestDecoders.create(manager, TestConfigs.config(name), Precision.BFLOAT16_MIXED);
    decoder.projections().use(updates.create(manager, decoder, 0));
    double[][] expected = new NaiveDecoder(decoder.config(), updates.merged()).logits(IDS);
    assertThat(TestDecoders.error(decoder.logits(manager, input).toFloatArray(), flat(expected)))
        .isLessThan(0.05);
    assertThat(backward(decoder, Checkpointing.none(), 1)).isCloseTo(loss(expected), within(0.05));
  }

  @Test
  void beginAsNothing() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    float[] plain = decoder.logits(manager, input).toFloatArray();
    Map<String, LowRankUpdates.Factors> factors = new LinkedHashMap<>();
    decoder
        .projections()
        .names()
        .forEach(p -> factors.put(p, decoder.projections().newFactors(manager, p, 4, 9)));
    assertThat(factors).hasSize(14);
    decoder.projections().use(LowRankUpdates.of(manager, 2, 0, factors));
    assertThat(decoder.logits(manager, input).toFloatArray()).isEqualTo(plain);
    assertThat(decoder.allParametersByName())
        .hasSize(decoder.parametersByName().size() + 28)
        .containsKey("model.layers.1.mlp.down_proj.lora_B.weight");

    float[] a = factors.get("model.layers.0.self_attn.q_proj").a().getArray().toFloatArray();
    assertThat(a).hasSize(4 * 16).doesNotHaveDuplicates();
    for (float value : a) {
      assertThat(Math.abs(value)).isLessThanOrEqualTo(0.25f);
    }
    double squares = IntStream.range(0, a.length).mapToDouble(i -> a[i] * a[i]).sum() / a.length;
    assertThat(squares).isCloseTo(0.25 * 0.25 / 3, within(0.006));
    decoder.projections().use(LowRankUpdates.none());
    assertThat(decoder.allParametersByName()).isEqualTo(decoder.parametersByName());
  }

  @Test
  void refuseWhatDoesNotFit() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    String query = "model.layers.0.self_attn.q_proj";
    LowRankUpdates.Factors factors = decoder.projections().newFactors(manager, query, 2, 1);
    for (String name : List.of("model.layers.9.mlp.up_proj", "model.norm", "lm_head", "q_proj")) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  decoder
                      .projections()
                      .use(LowRankUpdates.of(manager, 1, 0, Map.of(name, factors))))
          .withMessageContaining("no projection " + name);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                decoder
                    .projections()
                    .use(
                        LowRankUpdates.of(
                            manager, 1, 0, Map.of("model.layers.0.self_attn.k_proj", factors))))
        .withMessageContaining("k_proj must be of the weight's shape (6, 16), but is of (24, 16)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LowRankUpdates.Factors(factors.b(), factors.a()))
        .withMessageContaining("[rank, in] and [out, rank]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> decoder.projections().newFactors(manager, query, 0, 1))
        .withMessage("rank must be at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LowRankUpdates.of(manager, 1, 1, Map.of()))
        .withMessage("dropout must be in [0, 1), got 1.0");
    assertThat(decoder.projections().updates().byProjection()).isEmpty();
  }

  /** Blocks of a user's have no projections that are known. */
  @Test
  void areOfOurOwnBlocksAlone() {
    Decoder decoder =
        Decoder.builder(manager, TestConfigs.config("llama"))
            .feedForward((config, layer) -> PlainBlocks.feedForward(config))
            .build();
    assertThat(decoder.projections().names())
        .hasSize(8)
        .allSatisfy(name -> assertThat(name).contains("self_attn"));
  }

  private double backward(Decoder decoder, Checkpointing checkpointing, long seed) {
    return TestDecoders.backward(decoder, input, targets, checkpointing, seed);
  }

  private static double loss(double[][] logits) {
    double[] weights = new double[TIME];
    Arrays.fill(weights, 1.0 / TIME);
    return NaiveLoss.crossEntropy(logits, TARGETS, weights, 0, 0);
  }

  private static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  /** Returns the gradients of what learns. */
  private static Map<String, float[]> gradients(Decoder decoder) {
    Map<String, float[]> gradients = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> entry : decoder.allParametersByName().entrySet()) {
      if (entry.getValue().getArray().hasGradient()) {
        try (NDArray gradient = entry.getValue().getArray().getGradient()) {
          gradients.put(entry.getKey(), gradient.toFloatArray());
        }
      }
    }
    return gradients;
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private static int largest(float[] values) {
    return IntStream.range(0, values.length)
        .reduce((a, b) -> Math.abs(values[b]) > Math.abs(values[a]) ? b : a)
        .orElseThrow();
  }
}
