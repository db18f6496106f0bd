package io.github.maque.model;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.kernel.Precision;
import io.github.maque.model.layer.LowRankUpdates;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Low-rank updates of a decoder, and the weights that would do the same, which are computed here
 * with loops in double precision.
 */
final class TestUpdates {
  static final int RANK = 3;
  static final double SCALE = 0.7;

  /** By parameter, such as {@code model.layers.0.mlp.up_proj.lora_A.weight}; floats all. */
  private final Map<String, double[]> factors = new LinkedHashMap<>();

  private final DecoderConfig config;
  private final Map<String, double[]> weights;

  /**
   * Makes updates up.
   *
   * @param names a regular expression of the projections' names
   */
  TestUpdates(DecoderConfig config, String names) {
    this.config = config;
    weights = TestConfigs.weights(config);
    TestConfigs.shapes(config)
        .forEach(
            (name, shape) -> {
              if (name.matches(".*(" + names + ")\\.weight")) {
                String projection = LowRankUpdates.projection(name);
                add(projection + ".lora_A.weight", RANK * shape[1], Math.sqrt(3.0 / shape[1]));
                add(projection + ".lora_B.weight", shape[0] * RANK, 1);
              }
            });
  }

  private void add(String name, long count, double size) {
    Random random = new Random(name.hashCode());
    factors.put(name, random.doubles(count).map(u -> (float) (size * (2 * u - 1))).toArray());
  }

  Map<String, double[]> factors() {
    return factors;
  }

  /** Returns all weights of the decoder, those with an update merged. */
  Map<String, double[]> merged() {
    Map<String, double[]> merged = new TreeMap<>(weights);
    for (String name : factors.keySet()) {
      if (name.endsWith(".lora_A.weight")) {
        String projection = name.substring(0, name.length() - ".lora_A.weight".length());
        double[] b = factors.get(projection + ".lora_B.weight");
        merged.merge(projection + ".weight", product(b, factors.get(name)), TestUpdates::sum);
      }
    }
    return merged;
  }

  private static double[] product(double[] b, double[] a) {
    int in = a.length / RANK;
    double[] product = new double[b.length / RANK * in];
    for (int i = 0; i < product.length; i++) {
      for (int r = 0; r < RANK; r++) {
        product[i] += SCALE * b[i / in * RANK + r] * a[r * in + i % in];
      }
    }
    return product;
  }

  private static double[] sum(double[] one, double[] other) {
    double[] sum = Arrays.copyOf(one, one.length);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other[i];
    }
    return sum;
  }

  /** Returns them as a decoder takes them. */
  LowRankUpdates create(NDManager manager, Decoder decoder, double dropout) {
    Map<String, LowRankUpdates.Factors> byProjection = new LinkedHashMap<>();
    for (String projection : decoder.projections().names()) {
      if (factors.containsKey(projection + ".lora_A.weight")) {
        byProjection.put(
            projection, decoder.projections().newFactors(manager, projection, RANK, 1));
      }
    }
    LowRankUpdates updates = LowRankUpdates.of(manager, SCALE, dropout, byProjection);
    updates
        .parametersByName()
        .forEach(
            (name, parameter) ->
                TestDecoders.set(manager, parameter.getArray(), factors.get(name)));
    return updates;
  }

  /** Returns a decoder with its own weights of a test, and these in force. */
  Decoder decoder(NDManager manager, double dropout) {
    Decoder decoder = TestDecoders.create(manager, config, Precision.FLOAT32);
    decoder.projections().use(create(manager, decoder, dropout));
    return decoder;
  }
}
