package io.github.maque.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.initializer.Initializer;
import io.github.maque.model.layer.LowRankUpdates;

/**
 * What the factors of low-rank updates begin with. Number {@code i} of A is 53 bits of the
 * generator SplitMix64, at place {@code i} of the seed and the parameter's name: a part of 1,
 * spread over {@code ±1 / √in}, which is He et al.'s (2015) uniform distribution with a slope of
 * √5. Runs rest on this: it never changes.
 */
final class LowRankFactors {
  private LowRankFactors() {}

  static LowRankUpdates.Factors create(
      NDManager manager, String projection, Parameter weight, int rank, long seed) {
    if (rank < 1) {
      throw new IllegalArgumentException("rank must be at least 1, got " + rank);
    }
    long out = weight.getShape().get(0);
    long in = weight.getShape().get(1);
    String down = projection + ".lora_A.weight";
    double bound = 1 / Math.sqrt((double) in);
    Initializer spread = (arrays, shape, type) -> spread(arrays, shape, bound, seed, down);
    return new LowRankUpdates.Factors(
        parameter(manager, down, new Shape(rank, in), spread),
        parameter(manager, projection + ".lora_B.weight", new Shape(out, rank), Initializer.ZEROS));
  }

  private static Parameter parameter(
      NDManager manager, String name, Shape shape, Initializer initializer) {
    Parameter parameter =
        Parameter.builder()
            .setName(name)
            .setType(Parameter.Type.WEIGHT)
            .optShape(shape)
            .optInitializer(initializer)
            .build();
    parameter.initialize(manager, DataType.FLOAT32);
    return parameter;
  }

  private static NDArray spread(
      NDManager manager, Shape shape, double bound, long seed, String name) {
    long key = SplitMix64.key(seed, name);
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      double share = (SplitMix64.mix(key + i * SplitMix64.GAMMA) >>> 11) * 0x1p-53;
      values[i] = (float) (bound * (2 * share - 1));
    }
    return manager.create(values, shape);
  }
}
