package io.github.maque.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the oracle against other people's models, and what none of them has against closed forms.
 */
class NaiveDecoderTest {
  private static final int TIME = 10;

  private static final Map<String, double[][]> TRANSFORMERS = read();

  /** Logits in 64-bit floats, from {@code oracle.py}. */
  private static Map<String, double[][]> read() {
    Map<String, double[][]> cases = new LinkedHashMap<>();
    try (InputStream in = NaiveDecoderTest.class.getResourceAsStream("oracle.txt")) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      for (int i = 1; i < lines.size(); i += 1 + TIME) {
        cases.put(
            lines.get(i),
            lines.subList(i + 1, i + 1 + TIME).stream()
                .map(
                    row -> Arrays.stream(row.split(" ")).mapToDouble(Double::parseDouble).toArray())
                .toArray(double[][]::new));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return cases;
  }

  static Stream<String> transformers() {
    return TRANSFORMERS.keySet().stream().filter(name -> !name.endsWith(" packed"));
  }

  @ParameterizedTest
  @MethodSource("transformers")
  void computesTheLogitsOfTransformers(String name) {
    assertClose(decoder(name).logits(TestConfigs.ids(TIME)), TRANSFORMERS.get(name));
  }

  @Test
  void keepsPackedDocumentsApartAsTransformersDoesByAMask() {
    double[][] packed =
        decoder("llama-biased")
            .logits(
                TestConfigs.ids(TIME),
                new int[] {0, 1, 2, 3, 0, 1, 2, 0, 1, 2},
                new int[] {0, 0, 0, 0, 1, 1, 1, 2, 2, 2});
    assertClose(packed, TRANSFORMERS.get("llama-biased packed"));
  }

  private static void assertClose(double[][] logits, double[][] expected) {
    for (int t = 0; t < TIME; t++) {
      assertThat(logits[t]).containsExactly(expected[t], within(1e-12));
    }
  }

  static List<String> configs() {
    return TestConfigs.names();
  }

  /** What comes later is not seen, and what comes before the windows of all layers neither. */
  @ParameterizedTest
  @MethodSource("configs")
  void seesWhatItMay(String name) {
    DecoderConfig config = TestConfigs.config(name);
    NaiveDecoder decoder = decoder(name);
    int[] ids = TestConfigs.ids(TIME);
    double[][] logits = decoder.logits(ids);
    for (int changed = 0; changed < TIME; changed++) {
      int[] others = ids.clone();
      others[changed] = (others[changed] + 5) % 13;
      double[][] after = decoder.logits(others);
      int reach =
          config.slidingWindow() == 0 ? TIME : config.layers() * (config.slidingWindow() - 1);
      for (int t = 0; t < TIME; t++) {
        assertThat(Arrays.equals(after[t], logits[t]))
            .as("change at %d, token %d", changed, t)
            .isEqualTo(t < changed || t > changed + reach);
      }
    }
  }

  /** Rotary embedding sees distances, not places. */
  @Test
  void seesDistancesOnly() {
    int[] ids = TestConfigs.ids(6);
    int[] one = new int[6];
    double[][] here = decoder("granite").logits(ids, new int[] {0, 1, 2, 3, 4, 5}, one);
    double[][] there = decoder("granite").logits(ids, new int[] {7, 8, 9, 10, 11, 12}, one);
    for (int t = 0; t < 6; t++) {
      assertThat(there[t]).containsExactly(here[t], within(1e-12));
    }
  }

  /**
   * The NTK-aware base lets the slowest pair turn as under linear scaling, the fastest as before.
   */
  @Test
  void stretchesTheSlowestPairByTheFactor() {
    double[] plain =
        NaiveRotary.frequencies(8, new Positions.Rotary(100, 1, new RotaryScaling.None()));
    double[] ntk =
        NaiveRotary.frequencies(8, new Positions.Rotary(100, 1, new RotaryScaling.Ntk(4)));
    assertThat(plain)
        .containsExactly(new double[] {1, Math.pow(100, -0.25), 0.1, Math.pow(100, -0.75)});
    assertThat(ntk[0]).isEqualTo(plain[0]);
    assertThat(ntk[3]).isCloseTo(plain[3] / 4, within(1e-15));
  }

  /** Two tokens, by hand: p = (3/4, 1/4), then (1/5, 4/5). */
  @Test
  void knowsTheLossByDefinition() {
    double[][] logits = {{Math.log(6), Math.log(2)}, {Math.log(1), Math.log(4)}};
    int[] targets = {0, 0};
    double[] weights = {2, 0.5};
    assertThat(NaiveLoss.logProbabilities(logits, targets))
        .containsExactly(new double[] {Math.log(0.75), Math.log(0.2)}, within(1e-15));
    double first = -0.9 * Math.log(0.75) - 0.1 * (Math.log(0.75) + Math.log(0.25)) / 2;
    double second = -0.9 * Math.log(0.2) - 0.1 * (Math.log(0.2) + Math.log(0.8)) / 2;
    double squares = 2 * Math.pow(Math.log(8), 2) + 0.5 * Math.pow(Math.log(5), 2);
    assertThat(NaiveLoss.crossEntropy(logits, targets, weights, 0.01, 0.1))
        .isCloseTo(2 * first + 0.5 * second + 0.01 * squares, within(1e-14));
  }

  private static NaiveDecoder decoder(String name) {
    DecoderConfig config = TestConfigs.config(name);
    return new NaiveDecoder(config, TestConfigs.weights(config));
  }
}
