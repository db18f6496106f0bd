package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import io.github.maque.model.kernel.Precision;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What gradients do not depend on, and where training starts. */
class DecoderTrainingTest {
  private static final int BATCH = 3;
  private static final int TIME = 12;

  private final NDManager manager = NDManager.newBaseManager("PyTorch");
  private final DecoderInput input = DecoderInput.of(manager, random(1));
  private final NDArray targets = TestDecoders.array(manager, random(2));

  @AfterEach
  void close() {
    manager.close();
  }

  private static int[][] random(long seed) {
    Random random = new Random(seed);
    return IntStream.range(0, BATCH)
        .mapToObj(row -> random.ints(TIME, 0, 13).toArray())
        .toArray(int[][]::new);
  }

  static Stream<Arguments> checkpointed() {
    return Stream.of(0.0, 0.3)
        .flatMap(
            dropout ->
                Stream.of("llama", "gpt2", "everything").map(name -> Arguments.of(name, dropout)));
  }

  /** Bit for bit, whichever layers are computed again. */
  @ParameterizedTest
  @MethodSource("checkpointed")
  void gradientsDoNotDependOnCheckpointing(String name, double dropout) {
    Decoder decoder =
        deep(TestConfigs.config(name).toBuilder().dropout(dropout), Precision.FLOAT32);
    double loss = backward(decoder, Checkpointing.none(), 7);
    Map<String, float[]> plain = TestDecoders.gradients(decoder);
    long two = 2 * decoder.config().activationBytesPerLayer(BATCH, TIME, Precision.FLOAT32);
    for (Checkpointing checkpointing :
        List.of(
            Checkpointing.everyLayer(),
            Checkpointing.every(2),
            Checkpointing.every(3),
            Checkpointing.every(100),
            Checkpointing.within(two),
            Checkpointing.within(0))) {
      decoder.zeroGradients();
      assertThat(backward(decoder, checkpointing, 7)).isEqualTo(loss);
      assertSame(TestDecoders.gradients(decoder), plain);
    }
    decoder.zeroGradients();
    assertThat(backward(decoder, Checkpointing.everyLayer(), 8) == loss).isEqualTo(dropout == 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16_MIXED", "BFLOAT16_TRUE", "FLOAT16_MIXED"})
  void gradientsDoNotDependOnCheckpointingInLowPrecision(Precision precision) {
    Decoder decoder = deep(TestConfigs.config("qwen3").toBuilder().dropout(0.2), precision);
    backward(decoder, Checkpointing.none(), 7);
    Map<String, float[]> plain = TestDecoders.gradients(decoder);
    decoder.zeroGradients();
    backward(decoder, Checkpointing.everyLayer(), 7);
    assertSame(TestDecoders.gradients(decoder), plain);
  }

  private Decoder deep(DecoderConfig.Builder config, Precision precision) {
    return TestDecoders.create(manager, config.layers(5).build(), precision);
  }

  /** DJL's own means record the whole, and let the engine differentiate all of it. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen3", "gpt2", "gemma2", "everything"})
  void gradientsAreThoseOfDjl(String name) {
    Decoder decoder = TestDecoders.create(manager, name);
    double loss = backward(decoder, Checkpointing.none(), 1);
    Map<String, float[]> own = TestDecoders.gradients(decoder);
    decoder.zeroGradients();
    try (NDManager step = manager.newSubManager();
        GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      NDArray ids = input.ids().duplicate();
      ids.attach(step);
      NDArray logits =
          decoder
              .forward(new ParameterStore(step, false), new NDList(ids), true)
              .singletonOrThrow()
              .reshape(BATCH * TIME, decoder.config().vocabularySize());
      NDArray mean =
          Loss.softmaxCrossEntropyLoss()
              .evaluate(new NDList(targets.reshape(-1, 1)), new NDList(logits));
      assertThat((double) mean.getFloat()).isCloseTo(loss, within(1e-5));
      collector.backward(mean);
    }
    TestDecoders.gradients(decoder)
        .forEach(
            (key, values) -> {
              if (!vanishes(name, key)) {
                assertThat(error(own.get(key), values)).as(key).isLessThan(1e-4);
              }
            });
  }

  /** Without rotation a bias of keys shifts all scores of a query alike: its gradient is 0. */
  private static boolean vanishes(String config, String parameter) {
    return config.equals("gpt2") && parameter.endsWith("k_proj.bias");
  }

  @ParameterizedTest
  @EnumSource(names = {"BFLOAT16_MIXED", "BFLOAT16_TRUE", "FLOAT16_MIXED"})
  void gradientsStayWithinTheirPrecision(Precision precision) {
    // Three times what was measured.
    double bound = precision == Precision.FLOAT16_MIXED ? 0.015 : 0.1;
    for (String name : List.of("llama", "gpt2", "everything")) {
      DecoderConfig config = TestConfigs.config(name);
      Decoder exact = TestDecoders.create(manager, name);
      backward(exact, Checkpointing.none(), 1);
      Decoder rounded = TestDecoders.create(manager, config, precision);
      backward(rounded, Checkpointing.none(), 1);
      Map<String, float[]> expected = TestDecoders.gradients(exact);
      TestDecoders.gradients(rounded)
          .forEach(
              (key, values) -> {
                if (!vanishes(name, key)) {
                  assertThat(error(values, expected.get(key)))
                      .as(name + " " + key)
                      .isLessThan(bound);
                }
              });
    }
  }

  @Test
  void gradientsAddUp() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    backward(decoder, Checkpointing.none(), 1);
    Map<String, float[]> once = TestDecoders.gradients(decoder);
    backward(decoder, Checkpointing.everyLayer(), 1);
    TestDecoders.gradients(decoder)
        .forEach(
            (name, values) -> {
              float[] twice = once.get(name);
              for (int i = 0; i < twice.length; i++) {
                twice[i] *= 2;
              }
              assertThat(values).as(name).containsExactly(twice, within(1e-6f));
            });
    decoder.zeroGradients();
    TestDecoders.gradients(decoder).values().forEach(v -> assertThat(v).containsOnly(0));
  }

  @Test
  void aPassIsTakenBackOnce() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    try (ForwardPass pass = decoder.forwardPass(input, Checkpointing.none(), 1)) {
      NDArray gradient = pass.hidden().onesLike();
      pass.backward(gradient);
      assertThatIllegalStateException().isThrownBy(() -> pass.backward(gradient));
    }
  }

  /** What is dropped of the embedding shows where the layers add nothing. */
  @Test
  void dropsTheShareThatIsConfigured() {
    DecoderConfig config = TestConfigs.config("llama").toBuilder().dropout(0.3).build();
    Decoder decoder = TestDecoders.create(manager, config, Precision.FLOAT32);
    decoder
        .parametersByName()
        .forEach(
            (name, parameter) -> {
              if (name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight")) {
                NDArray array = parameter.getArray();
                TestDecoders.set(manager, array, new double[Math.toIntExact(array.size())]);
              }
            });
    long dropped = 0;
    int passes = 12;
    for (int seed = 0; seed < passes; seed++) {
      try (ForwardPass pass = decoder.forwardPass(input, Checkpointing.none(), seed)) {
        dropped += pass.hidden().eq(0).sum().toLongArray()[0];
      }
    }
    double places = (double) passes * BATCH * TIME * config.width();
    // Five standard deviations.
    assertThat(dropped / places).isCloseTo(0.3, within(5 * Math.sqrt(0.3 * 0.7 / places)));
  }

  /** Frozen by pattern: they get no gradient, and the others' are the same to the bit. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "model\\.layers\\.0\\..*",
        "model\\.layers\\.[01]\\.self_attn\\..*",
        ".*norm.*",
        "model\\.embed_tokens.*",
        "model\\.(embed_tokens|layers\\.0\\.).*",
        "lm_head.*",
        ".*\\.bias",
        "model\\..*"
      })
  void trainsWhatIsNotFrozen(String pattern) {
    Decoder decoder = TestDecoders.create(manager, "everything");
    backward(decoder, Checkpointing.none(), 1);
    Map<String, float[]> all = TestDecoders.gradients(decoder);
    Decoder half = TestDecoders.create(manager, "everything");
    long matching = all.keySet().stream().filter(name -> name.matches(pattern)).count();
    assertThat(half.freeze(Pattern.compile(pattern), true)).isEqualTo((int) matching).isPositive();
    backward(half, Checkpointing.every(2), 1);
    Map<String, float[]> some = TestDecoders.gradients(half);
    all.keySet().removeIf(name -> name.matches(pattern));
    some.keySet().removeIf(name -> name.matches(pattern) && zero(some.get(name)));
    assertSame(some, all);

    half.freeze(Pattern.compile(".*"), false);
    half.zeroGradients();
    backward(half, Checkpointing.none(), 1);
    assertThat(TestDecoders.gradients(half)).hasSize(TestConfigs.shapes(half.config()).size());
  }

  /** New weights know nothing: every token is as likely as any other. */
  @ParameterizedTest
  @ValueSource(strings = {"llama", "gpt2", "qwen3", "granite"})
  void startsAtTheEntropyOfTheVocabulary(String name) {
    DecoderConfig config =
        TestConfigs.config(name).toBuilder().vocabularySize(1000).logitScale(1).width(64).build();
    Decoder decoder = Decoder.create(manager, config, Precision.FLOAT32);
    Random random = new Random(3);
    NDArray ids = manager.create(random.ints(8 * 16, 0, 1000).toArray(), new Shape(8, 16));
    NDArray next = manager.create(random.ints(8 * 16, 0, 1000).toArray(), new Shape(8, 16));
    double loss =
        TestDecoders.backward(decoder, DecoderInput.of(ids), next, Checkpointing.none(), 1);
    assertThat(loss).isCloseTo(Math.log(1000), within(0.05));
  }

  @Test
  void startsTheSameEverywhere() {
    DecoderConfig config = TestConfigs.config("everything");
    Decoder one = Decoder.create(manager, config, Precision.FLOAT32);
    Decoder other = Decoder.create(manager, config, Precision.BFLOAT16_MIXED);
    for (Map.Entry<String, Parameter> parameter : one.parametersByName().entrySet()) {
      float[] values = parameter.getValue().getArray().toFloatArray();
      assertThat(other.parametersByName().get(parameter.getKey()).getArray().toFloatArray())
          .isEqualTo(values);
      String name = parameter.getKey();
      if (name.endsWith("norm.weight")) {
        assertThat(values).containsOnly(1);
      } else if (name.endsWith(".bias")) {
        assertThat(values).containsOnly(0);
      } else {
        double deviation = name.matches(".*(o_proj|down_proj).weight") ? 0.02 / 2 : 0.02;
        double squares = 0;
        for (float value : values) {
          squares += value * value;
        }
        assertThat(Math.sqrt(squares / values.length))
            .as(name)
            .isCloseTo(deviation, within(4 * deviation / Math.sqrt(2.0 * values.length)));
      }
    }
  }

  private double backward(Decoder decoder, Checkpointing checkpointing, long seed) {
    return TestDecoders.backward(decoder, input, targets, checkpointing, seed);
  }

  private static void assertSame(Map<String, float[]> gradients, Map<String, float[]> expected) {
    assertThat(gradients.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, values) -> assertThat(gradients.get(name)).as(name).isEqualTo(values));
  }

  private static double error(float[] values, float[] expected) {
    double[] doubles = IntStream.range(0, expected.length).mapToDouble(i -> expected[i]).toArray();
    return TestDecoders.error(values, doubles);
  }

  private static boolean zero(float[] values) {
    return IntStream.range(0, values.length).allMatch(i -> values[i] == 0);
  }
}
