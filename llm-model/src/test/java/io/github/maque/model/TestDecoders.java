package io.github.maque.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.model.kernel.Precision;
import io.github.maque.model.layer.LanguageModelHead;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Decoders on the engine with the weights of {@link TestConfigs}, and what goes in and out. */
final class TestDecoders {
  private TestDecoders() {}

  static Decoder create(NDManager manager, DecoderConfig config, Precision precision) {
    return withWeights(Decoder.create(manager, config, precision), TestConfigs.weights(config));
  }

  static Decoder create(NDManager manager, String config) {
    return create(manager, TestConfigs.config(config), Precision.FLOAT32);
  }

  /** Gives a decoder those of some weights that it has parameters for. */
  static Decoder withWeights(Decoder decoder, Map<String, double[]> weights) {
    for (Map.Entry<String, Parameter> parameter : decoder.parametersByName().entrySet()) {
      double[] values = weights.get(parameter.getKey());
      if (values != null) {
        set(decoder.manager(), parameter.getValue().getArray(), values);
      }
    }
    return decoder;
  }

  @SuppressWarnings("try") // the mode is not referred to, only in force
  static void set(NDManager manager, NDArray array, double[] values) {
    try (GradientMode off = GradientMode.notRecording();
        NDArray news = manager.create(floats(values), array.getShape())) {
      array.subi(array);
      array.addi(news);
    }
  }

  static DecoderInput input(NDManager manager, int[][] ids, int[][] positions, int[][] segments) {
    return DecoderInput.of(
        array(manager, ids), array(manager, positions), array(manager, segments));
  }

  static NDArray array(NDManager manager, int[][] values) {
    return manager.create(
        Arrays.stream(values).flatMapToInt(Arrays::stream).toArray(),
        new Shape(values.length, values[0].length));
  }

  static NDArray array(NDManager manager, double[][] values) {
    return manager.create(
        floats(Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray()),
        new Shape(values.length, values[0].length));
  }

  /**
   * Takes one training step's forward and backward pass: of the targets' mean negative
   * log-probability.
   *
   * @return the mean
   */
  static double backward(
      Decoder decoder,
      DecoderInput input,
      NDArray targets,
      Checkpointing checkpointing,
      long seed) {
    try (ForwardPass pass = decoder.forwardPass(input, checkpointing, seed)) {
      NDArray weights = pass.manager().ones(targets.getShape()).div(targets.getShape().size());
      LanguageModelHead.Gradients head = pass.headGradients(targets, weights, 0, 0);
      pass.backward(head.hidden());
      return -head.logProbabilities().mean().getFloat();
    }
  }

  /** Returns the gradients that a decoder's parameters have, by name. */
  static Map<String, float[]> gradients(Decoder decoder) {
    Map<String, float[]> gradients = new LinkedHashMap<>();
    decoder
        .parametersByName()
        .forEach(
            (name, parameter) -> {
              NDArray array = parameter.getArray();
              if (array.hasGradient()) {
                try (NDArray gradient = array.getGradient()) {
                  gradients.put(name, gradient.toFloatArray());
                }
              }
            });
    return gradients;
  }

  static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /**
   * Returns how far numbers are from those expected: the largest difference over the largest
   * expected size. NaN counts as infinitely far.
   */
  static double error(float[] numbers, double[] expected) {
    if (numbers.length != expected.length) {
      throw new AssertionError(numbers.length + " numbers instead of " + expected.length);
    }
    double difference = 0;
    double size = 0;
    for (int i = 0; i < numbers.length; i++) {
      double here = Math.abs(numbers[i] - expected[i]);
      difference = Double.isNaN(here) ? Double.POSITIVE_INFINITY : Math.max(difference, here);
      size = Math.max(size, Math.abs(expected[i]));
    }
    return difference == 0 ? 0 : difference / size;
  }
}
