package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.kernel.Precision;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Puts blocks made of DJL's own operations in the place of each part of a decoder. */
class CustomBlocksTest {
  /** What {@link PlainBlocks} can compute. */
  private static final DecoderConfig CONFIG =
      TestConfigs.config("no-positions").toBuilder()
          .norm(NormKind.RMS_NORM)
          .queryKeyNorm(false)
          .keyValueHeads(4)
          .attentionOutputBias(false)
          .feedForward(FeedForwardKind.SQUARED_RELU)
          .build();

  private static final int[][] IDS = {TestConfigs.ids(9), {3, 1, 4, 1, 5, 9, 2, 6, 5}};
  private static final int[][] SEGMENTS = {new int[9], {0, 0, 0, 1, 1, 1, 1, 2, 2}};
  private static final int[][] POSITIONS = {new int[9], new int[9]};
  private static final int[][] TARGETS = {{3, 1, 4, 1, 5, 9, 2, 6, 5}, TestConfigs.ids(9)};

  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  private enum Place {
    ATTENTION,
    FEED_FORWARD,
    BOTH,
    LAYER;

    Decoder.Builder put(Decoder.Builder builder) {
      return switch (this) {
        case ATTENTION -> builder.attention((c, layer) -> new PlainBlocks.Attention(c));
        case FEED_FORWARD -> builder.feedForward((c, layer) -> PlainBlocks.feedForward(c));
        case BOTH -> FEED_FORWARD.put(ATTENTION.put(builder));
        case LAYER -> builder.layer((c, layer) -> new PlainBlocks.Layer(c));
      };
    }
  }

  /** Logits, loss and gradients, with and without checkpoints, and what comes of decoding. */
  @ParameterizedTest
  @EnumSource
  void aPlainBlockDoesWhatOursDoes(Place place) {
    Map<String, double[]> weights = TestConfigs.weights(CONFIG);
    Decoder ours =
        TestDecoders.withWeights(Decoder.create(manager, CONFIG, Precision.FLOAT32), weights);
    Decoder custom = place.put(Decoder.builder(manager, CONFIG)).build();
    TestDecoders.withWeights(custom, weights);
    Map<Parameter, List<String>> sources = sources(custom);
    assertThat(sources).isNotEmpty();
    sources.forEach(
        (parameter, names) ->
            TestDecoders.set(manager, parameter.getArray(), joined(names, weights)));
    DecoderInput input = TestDecoders.input(manager, IDS, POSITIONS, SEGMENTS);
    NaiveDecoder oracle = new NaiveDecoder(CONFIG, weights);
    double[] expected =
        IntStream.range(0, 2)
            .mapToObj(row -> oracle.logits(IDS[row], POSITIONS[row], SEGMENTS[row]))
            .flatMap(Arrays::stream)
            .flatMapToDouble(Arrays::stream)
            .toArray();
    assertThat(TestDecoders.error(custom.logits(manager, input).toFloatArray(), expected))
        .isLessThan(1e-5);

    NDArray targets = TestDecoders.array(manager, TARGETS);
    double loss = TestDecoders.backward(ours, input, targets, Checkpointing.none(), 1);
    Map<String, double[]> gradients = new TreeMap<>();
    TestDecoders.gradients(ours).forEach((name, values) -> gradients.put(name, doubles(values)));
    for (Checkpointing checkpointing : List.of(Checkpointing.none(), Checkpointing.everyLayer())) {
      custom.zeroGradients();
      assertThat(TestDecoders.backward(custom, input, targets, checkpointing, 1))
          .isCloseTo(loss, within(1e-5));
      custom
          .parametersByName()
          .forEach(
              (name, parameter) -> {
                List<String> names = sources.getOrDefault(parameter, List.of(name));
                float[] own = parameter.getArray().getGradient().toFloatArray();
                assertThat(TestDecoders.error(own, joined(names, gradients)))
                    .as(name)
                    .isLessThan(1e-4);
              });
    }

    float[][] next = new float[1][19];
    try (DecodingSession session = DecodingSession.open(custom, 2)) {
      session.prefill(new int[] {1}, new int[][] {{3, 1}}, next);
      session.step(new int[] {1}, new int[] {4}, next);
    }
    assertThat(TestDecoders.error(next[0], oracle.logits(3, 1, 4)[2])).isLessThan(1e-5);
  }

  /** Returns which of our parameters each parameter of a plain block consists of, row by row. */
  private static Map<Parameter, List<String>> sources(Decoder decoder) {
    Map<Parameter, List<String>> sources = new HashMap<>();
    decoder
        .parametersByName()
        .forEach(
            (name, parameter) -> {
              String layer = name.replaceAll("^(model\\.layers\\.\\d+\\.).*", "$1");
              long[] shape = parameter.getArray().getShape().getShape();
              if (TestConfigs.shapes(decoder.config()).containsKey(name)) {
                return;
              }
              List<String> names;
              if (name.contains("ttentionNorm")) {
                names = List.of("input_layernorm");
              } else if (name.contains("eedForwardNorm")) {
                names = List.of("post_attention_layernorm");
              } else if (name.contains("qkv")) {
                names = List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj");
              } else if (name.contains("output")) {
                names = List.of("self_attn.o_proj");
              } else {
                names = List.of(shape[1] == CONFIG.width() ? "mlp.up_proj" : "mlp.down_proj");
              }
              sources.put(parameter, names.stream().map(part -> layer + part + ".weight").toList());
            });
    return sources;
  }

  private static double[] joined(List<String> names, Map<String, double[]> values) {
    return names.stream().map(values::get).flatMapToDouble(Arrays::stream).toArray();
  }

  /**
   * Norms around the parts stay the decoder's: before, after, and one for both in parallel form.
   */
  @Test
  void normsAroundPlainBlocksStay() {
    List<UnaryOperator<DecoderConfig.Builder>> changes =
        List.of(
            c -> c.postNorm(true),
            c -> c.parallelResidual(true),
            c -> c.postNorm(true).parallelResidual(true).norm(NormKind.LAYER_NORM),
            c -> c.norm(NormKind.LAYER_NORM).logitSoftCap(2).embeddingScale(3));
    for (UnaryOperator<DecoderConfig.Builder> change : changes) {
      DecoderConfig config = change.apply(CONFIG.toBuilder()).build();
      Map<String, double[]> weights = TestConfigs.weights(config);
      Decoder custom = Place.BOTH.put(Decoder.builder(manager, config)).build();
      TestDecoders.withWeights(custom, weights);
      sources(custom)
          .forEach(
              (parameter, names) ->
                  TestDecoders.set(manager, parameter.getArray(), joined(names, weights)));
      double[] expected =
          Arrays.stream(new NaiveDecoder(config, weights).logits(IDS[0]))
              .flatMapToDouble(Arrays::stream)
              .toArray();
      DecoderInput input = DecoderInput.of(manager, new int[][] {IDS[0]});
      assertThat(TestDecoders.error(custom.logits(manager, input).toFloatArray(), expected))
          .isLessThan(1e-5);
    }
  }

  /** There is no graph from such a block to its norm. */
  @Test
  void aBlockMayIgnoreWhatItIsGiven() {
    Decoder decoder =
        Decoder.builder(manager, CONFIG)
            .attention((c, layer) -> new LambdaBlock(list -> new NDList(list.get(0).zerosLike())))
            .feedForward((c, layer) -> new LambdaBlock(list -> new NDList(list.get(0).zerosLike())))
            .build();
    DecoderInput input = TestDecoders.input(manager, IDS, POSITIONS, SEGMENTS);
    TestDecoders.backward(
        decoder, input, TestDecoders.array(manager, TARGETS), Checkpointing.none(), 1);

    TestDecoders.gradients(decoder)
        .forEach(
            (name, gradient) ->
                assertThat(IntStream.range(0, gradient.length).allMatch(i -> gradient[i] == 0))
                    .as(name)
                    .isEqualTo(name.startsWith("model.layers.")));
  }

  @Test
  void randomnessOfPlainBlocksIsReplayed() {
    Decoder decoder =
        Decoder.builder(manager, CONFIG)
            .feedForward((c, layer) -> Dropout.builder().optRate(0.4f).build())
            .build();
    DecoderInput input = DecoderInput.of(manager, IDS);
    NDArray targets = TestDecoders.array(manager, TARGETS);
    double loss = TestDecoders.backward(decoder, input, targets, Checkpointing.none(), 3);
    Map<String, float[]> plain = TestDecoders.gradients(decoder);
    decoder.zeroGradients();
    assertThat(TestDecoders.backward(decoder, input, targets, Checkpointing.everyLayer(), 3))
        .isEqualTo(loss);
    TestDecoders.gradients(decoder)
        .forEach((name, values) -> assertThat(values).as(name).isEqualTo(plain.get(name)));
    assertThat(TestDecoders.backward(decoder, input, targets, Checkpointing.none(), 4))
        .isNotEqualTo(loss);
  }

  @Test
  void freezesParametersOfPlainBlocks() {
    Decoder decoder = Place.FEED_FORWARD.put(Decoder.builder(manager, CONFIG)).build();
    Pattern first = Pattern.compile("model\\.layers\\.0\\.mlp\\..*");
    assertThat(decoder.freeze(first, true)).isEqualTo(2);
    TestDecoders.backward(
        decoder,
        DecoderInput.of(manager, IDS),
        TestDecoders.array(manager, TARGETS),
        Checkpointing.everyLayer(),
        1);
    decoder
        .parametersByName()
        .forEach(
            (name, parameter) ->
                assertThat(parameter.requiresGradient())
                    .as(name)
                    .isEqualTo(!first.matcher(name).matches()));
  }

  @Test
  void refusesWhatDoesNotGoTogether() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Place.LAYER.put(Place.ATTENTION.put(Decoder.builder(manager, CONFIG))).build())
        .withMessageContaining("layer");
    Decoder wrong =
        Decoder.builder(manager, CONFIG)
            .feedForward((c, layer) -> Linear.builder().setUnits(5).build())
            .build();
    assertThatIllegalStateException()
        .isThrownBy(() -> wrong.logits(manager, DecoderInput.of(manager, IDS)))
        .withMessageContaining("feed-forward")
        .withMessageContaining("(2, 9, 5)");
    Decoder failing =
        Decoder.builder(manager, CONFIG)
            .attention(
                (c, layer) ->
                    new LambdaBlock(
                        list -> {
                          throw new UnsupportedOperationException("not today");
                        }))
            .build();
    assertThatThrownBy(() -> failing.logits(manager, DecoderInput.of(manager, IDS)))
        .hasMessageContaining("not today");
    // Nothing is left switched off or on.
    try (NDManager scratch = manager.newSubManager();
        var collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray x = scratch.ones(new Shape(2));
      x.setRequiresGradient(true);
      collector.backward(x.square().sum());
      assertThat(x.getGradient().toFloatArray()).containsExactly(2, 2);
    }
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
