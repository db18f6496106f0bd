package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.kernel.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Decoding with a cache is the same as without one, whatever happens in other slots. */
class DecoderSessionTest {
  private final NDManager manager = NDManager.newBaseManager("PyTorch");

  @AfterEach
  void close() {
    manager.close();
  }

  static List<String> configs() {
    return TestConfigs.names();
  }

  /**
   * Three slots, entered at different times and used again, up to the last place of the context.
   */
  @ParameterizedTest
  @MethodSource("configs")
  void answersAsTheOracle(String name) {
    DecoderConfig config = TestConfigs.config(name);
    Decoder decoder = TestDecoders.create(manager, name);
    NaiveDecoder oracle = new NaiveDecoder(config, TestConfigs.weights(config));
    Random random = new Random(5);
    int[][] texts = new int[3][];
    try (DecodingSession session = DecodingSession.open(decoder, 3)) {
      for (int round = 0; round < 24; round++) {
        List<Integer> full = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        for (int slot = 0; slot < 3; slot++) {
          boolean begins = texts[slot] == null || texts[slot].length == config.contextLength();
          if (begins ? round >= 2 * slot : random.nextInt(6) == 0) {
            full.add(slot);
            texts[slot] = random.ints(1 + random.nextInt(9), 0, 13).toArray();
          } else if (!begins && random.nextInt(5) > 0) {
            others.add(slot);
            int length = texts[slot].length;
            texts[slot] = Arrays.copyOf(texts[slot], length + 1);
            texts[slot][length] = random.nextInt(13);
          }
        }
        int[] filled = full.stream().mapToInt(i -> i).toArray();
        int[] stepped = others.stream().mapToInt(i -> i).toArray();
        int[][] prompts = Arrays.stream(filled).mapToObj(i -> texts[i]).toArray(int[][]::new);
        int[] tokens = Arrays.stream(stepped).map(i -> texts[i][texts[i].length - 1]).toArray();
        float[][] first = new float[filled.length][session.vocabularySize()];
        float[][] next = new float[stepped.length][session.vocabularySize()];
        if (filled.length > 0) {
          session.prefill(filled, prompts, first);
        }
        if (stepped.length > 0) {
          session.step(stepped, tokens, next);
        }
        for (int i = 0; i < filled.length; i++) {
          assertAnswer(first[i], oracle, texts[filled[i]]);
          assertThat(session.length(filled[i])).isEqualTo(texts[filled[i]].length);
        }
        for (int i = 0; i < stepped.length; i++) {
          assertAnswer(next[i], oracle, texts[stepped[i]]);
          assertThat(session.length(stepped[i])).isEqualTo(texts[stepped[i]].length);
        }
      }
    }
  }

  private static void assertAnswer(float[] logits, NaiveDecoder oracle, int[] text) {
    double[][] expected = oracle.logits(text);
    assertThat(TestDecoders.error(logits, expected[text.length - 1]))
        .as("%s", Arrays.toString(text))
        .isLessThan(2e-5);
  }

  /** Whatever the neighbours are and do, how long they are, and how often they come and go. */
  @ParameterizedTest
  @EnumSource
  void slotsDoNotChangeEachOther(Precision precision) {
    DecoderConfig config = middling();
    Decoder decoder = Decoder.create(manager, config, precision);
    int[] text = new Random(1).ints(70, 0, 500).toArray();
    float[][] alone = decode(decoder, text, 5, false);
    float[][] among = decode(decoder, text, 5, true);
    for (int i = 0; i < alone.length; i++) {
      assertThat(among[i]).as("token %d", i).isEqualTo(alone[i]);
    }
  }

  /** Reads 6 tokens at once and the others one by one, in slot 1 of some. */
  private static float[][] decode(Decoder decoder, int[] text, int slots, boolean neighbours) {
    Random random = new Random(2);
    float[][] logits = new float[text.length - 5][500];
    float[][] ignored = new float[slots][500];
    try (DecodingSession session = DecodingSession.open(decoder, slots)) {
      session.prefill(
          new int[] {1}, new int[][] {Arrays.copyOf(text, 6)}, new float[][] {logits[0]});
      for (int t = 6; t < text.length; t++) {
        List<Integer> taking = new ArrayList<>();
        for (int slot = 0; slot < slots && neighbours; slot++) {
          if (slot != 1 && (session.length(slot) == 0 || random.nextInt(10) == 0)) {
            int[] prompt = random.ints(1 + random.nextInt(380), 0, 500).toArray();
            session.prefill(new int[] {slot}, new int[][] {prompt}, new float[][] {ignored[slot]});
          }
          if (slot != 1 && session.length(slot) < 400 && random.nextBoolean()) {
            taking.add(slot);
          }
        }
        int at = random.nextInt(taking.size() + 1);
        taking.add(at, 1);
        int[] chosen = taking.stream().mapToInt(i -> i).toArray();
        int[] tokens = random.ints(chosen.length, 0, 500).toArray();
        tokens[at] = text[t];
        float[][] next = Arrays.stream(chosen).mapToObj(i -> ignored[i]).toArray(float[][]::new);
        next[at] = logits[t - 5];
        session.step(chosen, tokens, next);
      }
    }
    return logits;
  }

  /** How many slots there are may change the order of sums, but no more. */
  @Test
  void answersTheSameWithMoreSlots() {
    Decoder decoder = Decoder.create(manager, middling(), Precision.FLOAT32);
    int[] text = new Random(1).ints(70, 0, 500).toArray();
    float[][] one = decode(decoder, text, 2, false);
    float[][] many = decode(decoder, text, 40, true);
    for (int i = 0; i < one.length; i++) {
      assertThat(TestDecoders.error(many[i], doubles(one[i]))).isLessThan(1e-5);
    }
  }

  /** In each precision as without a cache, within that precision. */
  @ParameterizedTest
  @EnumSource
  void decodesInAnyPrecision(Precision precision) {
    Precision resolved = precision.resolve(manager);
    for (String name : List.of("llama", "qwen3", "gpt2", "everything", "learned-parallel")) {
      DecoderConfig config = TestConfigs.config(name);
      Decoder decoder = TestDecoders.create(manager, name);
      int[] text = TestConfigs.ids(12);
      double[][] expected = new NaiveDecoder(config, TestConfigs.weights(config)).logits(text);
      double worst = 0;
      try (DecodingSession session = DecodingSession.open(decoder, 2, 12, precision)) {
        float[][] logits = new float[1][session.vocabularySize()];
        session.prefill(new int[] {1}, new int[][] {Arrays.copyOf(text, 4)}, logits);
        worst = TestDecoders.error(logits[0], expected[3]);
        for (int t = 4; t < 12; t++) {
          session.step(new int[] {1}, new int[] {text[t]}, logits);
          worst = Math.max(worst, TestDecoders.error(logits[0], expected[t]));
        }
      }
      assertThat(worst)
          .as(name)
          .isBetween(
              resolved == Precision.FLOAT32 ? 0 : 1e-4,
              switch (resolved) {
                case FLOAT32 -> 1e-5;
                case FLOAT16_MIXED -> 0.012;
                default -> 0.08;
              });
    }
  }

  /** Numbers that are none stay with the text they came from: neither later texts have them… */
  @ParameterizedTest
  @EnumSource
  void forgetsWhatWasNoNumber(Precision precision) {
    Decoder decoder = withoutNumbers(7);
    float[][] expected = new float[2][19];
    float[][] actual = new float[2][19];
    try (DecodingSession session = DecodingSession.open(decoder, 2, 16, precision)) {
      answer(session, 1, expected);
    }
    try (DecodingSession session = DecodingSession.open(decoder, 2, 16, precision)) {
      session.prefill(new int[] {1}, new int[][] {{7, 7, 7, 7, 7}}, new float[][] {actual[0]});
      assertThat(actual[0]).contains(Float.NaN);
      answer(session, 1, actual);
    }
    assertThat(expected[1]).doesNotContain(Float.NaN);
    assertThat(actual).isDeepEqualTo(expected);
  }

  /** … nor do those of slots that take no part in a step, where the token 0 stands in. */
  @Test
  void takesNothingFromWhatStandsInForASlot() {
    Decoder decoder = withoutNumbers(0);
    float[][] expected = new float[2][19];
    float[][] actual = new float[2][19];
    try (DecodingSession session = DecodingSession.open(decoder, 2)) {
      answer(session, 1, expected);
      session.prefill(new int[] {0}, new int[][] {{4}}, new float[1][19]);
      session.prefill(new int[] {1}, new int[][] {{1, 2}}, new float[][] {actual[0]});
      session.step(new int[] {0}, new int[] {5}, new float[1][19]);
      session.step(new int[] {1}, new int[] {3}, new float[][] {actual[1]});
    }
    assertThat(expected[1]).doesNotContain(Float.NaN);
    assertThat(actual).isDeepEqualTo(expected);
  }

  /** Returns a decoder in which the embedding of one token has no numbers. */
  private Decoder withoutNumbers(int id) {
    DecoderConfig config = TestConfigs.config("everything");
    Map<String, double[]> weights = TestConfigs.weights(config);
    double[] embeddings = weights.get("model.embed_tokens.weight");
    Arrays.fill(embeddings, id * config.width(), (id + 1) * config.width(), Double.NaN);
    Decoder decoder = Decoder.builder(manager, config).zeros().build();
    decoder
        .parametersByName()
        .forEach(
            (name, parameter) -> parameter.getArray().set(TestDecoders.floats(weights.get(name))));
    return decoder;
  }

  private static void answer(DecodingSession session, int slot, float[][] logits) {
    session.prefill(new int[] {slot}, new int[][] {{1, 2}}, new float[][] {logits[0]});
    session.step(new int[] {slot}, new int[] {3}, new float[][] {logits[1]});
  }

  @Test
  void aClearedSlotHoldsNothing() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    float[][] one = new float[1][19];
    try (DecodingSession session = DecodingSession.open(decoder, 2)) {
      session.prefill(new int[] {0, 1}, new int[][] {{1, 2}, {3}}, new float[2][19]);
      session.clear(0);
      session.clear(0);
      assertThat(session.length(0)).isZero();
      assertThat(session.length(1)).isEqualTo(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.step(new int[] {0}, new int[] {1}, one))
          .withMessageContaining("no prompt");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.clear(2))
          .withMessageContaining("from 0 to 1, got 2");
    }
  }

  @Test
  void usesTheWeightsOfItsBeginning() {
    Decoder decoder = TestDecoders.create(manager, "everything");
    float[][] before = new float[1][19];
    float[][] after = new float[1][19];
    try (DecodingSession session = DecodingSession.open(decoder, 1)) {
      session.prefill(new int[] {0}, new int[][] {{1, 2, 3}}, before);
      for (Map.Entry<String, ai.djl.nn.Parameter> parameter :
          decoder.parametersByName().entrySet()) {
        NDArray array = parameter.getValue().getArray();
        TestDecoders.set(manager, array, new double[Math.toIntExact(array.size())]);
      }
      session.prefill(new int[] {0}, new int[][] {{1, 2, 3}}, after);
    }
    assertThat(after[0]).isEqualTo(before[0]);
  }

  @Test
  void refusesWhatItCannotDo() {
    Decoder decoder = TestDecoders.create(manager, "llama");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DecodingSession.open(decoder, 0))
        .withMessageContaining("slots");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DecodingSession.open(decoder, 1, 17, Precision.FLOAT32))
        .withMessageContaining("contextLength");
    try (DecodingSession session = DecodingSession.open(decoder, 2, 3, Precision.FLOAT32)) {
      float[][] one = new float[1][19];
      float[][] two = new float[2][19];
      int[][] twoPrompts = {{1}, {1}};
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.step(new int[] {0}, new int[] {1}, one));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.prefill(new int[] {2}, new int[][] {{1}}, one));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.prefill(new int[] {1, 1}, twoPrompts, two));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.prefill(new int[] {0}, new int[][] {{1, 2, 3, 4}}, one));
      // 19 to 23 are the padding of the vocabulary.
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.prefill(new int[] {0}, new int[][] {{19}}, one));
      session.prefill(new int[] {0}, new int[][] {{1, 2, 3}}, one);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.step(new int[] {0}, new int[] {1}, one))
          .withMessageContaining("full");
    }
  }

  private static DecoderConfig middling() {
    return DecoderConfig.builder()
        .vocabularySize(500)
        .contextLength(400)
        .layers(2)
        .width(96)
        .heads(6)
        .headSize(32)
        .keyValueHeads(2)
        .initialization(new Initialization(1, 0.2, false))
        .build();
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
