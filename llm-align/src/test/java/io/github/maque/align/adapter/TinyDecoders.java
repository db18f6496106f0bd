package io.github.maque.align.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.Initialization;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.model.kernel.Precision;
import java.util.LinkedHashMap;
import java.util.Map;

/** Decoders that take a few milliseconds, with weights that make logits of some size. */
final class TinyDecoders {
  private static final int[][] IDS = {{3, 1, 4, 1, 5, 9, 2, 6}, {5, 3, 5, 8, 9, 7, 9, 3}};

  private TinyDecoders() {}

  static DecoderConfig config() {
    return DecoderConfig.builder()
        .vocabularySize(32)
        .vocabularyMultiple(32)
        .contextLength(16)
        .layers(2)
        .width(16)
        .heads(4)
        .keyValueHeads(2)
        .feedForwardWidth(24)
        .initialization(new Initialization(5, 0.3, false))
        .build();
  }

  static Decoder create(NDManager manager) {
    return Decoder.create(manager, config(), Precision.FLOAT32);
  }

  static float[] logits(Decoder decoder) {
    try (NDManager scope = decoder.manager().newSubManager()) {
      return decoder.logits(scope, DecoderInput.of(scope, IDS)).toFloatArray();
    }
  }

  static Map<String, float[]> weights(Decoder decoder) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> entry : decoder.parametersByName().entrySet()) {
      weights.put(entry.getKey(), entry.getValue().getArray().toFloatArray());
    }
    return weights;
  }

  /** Gives B numbers, as training would. */
  @SuppressWarnings("try") // the mode is not referred to, only in force
  static LoraAdapter trained(LoraAdapter adapter) {
    try (GradientMode off = GradientMode.notRecording();
        NDManager scope =
            adapter
                .updates()
                .parametersByName()
                .values()
                .iterator()
                .next()
                .getArray()
                .getManager()
                .newSubManager()) {
      adapter.updates().byProjection().values().stream()
          .map(factors -> factors.b().getArray())
          .forEach(
              b -> {
                NDArray numbers = scope.arange((float) b.size()).reshape(b.getShape());
                numbers.attach(scope);
                b.addi(numbers.mul(1.7).sin().mul(0.1));
              });
    }
    return adapter;
  }
}
