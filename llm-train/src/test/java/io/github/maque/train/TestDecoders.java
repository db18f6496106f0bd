package io.github.maque.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import io.github.maque.model.kernel.Precision;
import java.util.LinkedHashMap;
import java.util.Map;

/** Decoders that take a few milliseconds a step. */
final class TestDecoders {
  static final int TOKENS = 16;
  static final int LENGTH = 16;

  private static final KernelSource ASSIGN =
      KernelSource.of(
          "assign",
          """
          def assign(self, to: Tensor, values: Tensor) -> Tensor:
            return to.copy_(values)
          """);

  private TestDecoders() {}

  static DecoderConfig.Builder config() {
    return DecoderConfig.builder()
        .vocabularySize(TOKENS)
        .vocabularyMultiple(16)
        .contextLength(32)
        .layers(2)
        .width(16)
        .heads(2)
        .feedForwardWidth(32);
  }

  static Decoder create(NDManager manager) {
    return Decoder.create(manager, config().build(), Precision.FLOAT32);
  }

  /** Writes values into an array that exists. */
  static void assign(NDArray array, float... values) {
    try (NDManager scope = array.getManager().newSubManager()) {
      NDArray from = scope.create(values, array.getShape());
      Kernels.compile(scope, ASSIGN).get("assign").infer(scope, array, from);
    }
  }

  /** Gives a decoder the weights that {@link #weights} returned. */
  static void assign(Decoder decoder, Map<String, float[]> weights) {
    weights.forEach(
        (name, values) -> assign(decoder.parametersByName().get(name).getArray(), values));
  }

  /** Returns a copy of all weights. */
  static Map<String, float[]> weights(Decoder decoder) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> entry : decoder.parametersByName().entrySet()) {
      weights.put(entry.getKey(), entry.getValue().getArray().toFloatArray());
    }
    return weights;
  }
}
