package io.github.maque.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The shapes of known models. */
final class DecoderPresets {
  /** Of {@link DecoderConfig#scaled}: a width of 16,384. */
  static final int MOST_DEPTH = 256;

  private static final Map<String, Supplier<DecoderConfig>> PRESETS =
      new TreeMap<>(
          Map.<String, Supplier<DecoderConfig>>of(
              "gpt2-124m", DecoderPresets::gpt2,
              "llama-15m", () -> llama(6, 288, 6, 768, 256),
              "llama-42m", () -> llama(8, 512, 8, 1376, 1024),
              "llama-110m", () -> llama(12, 768, 12, 2048, 1024),
              "qwen3-0.6b", DecoderPresets::qwen3,
              "storyteller-44m", DecoderPresets::storyteller,
              "storyteller-export", DecoderPresets::storytellerExport));

  private DecoderPresets() {}

  static DecoderConfig get(String name) {
    Supplier<DecoderConfig> preset = PRESETS.get(name);
    if (preset == null) {
      throw new IllegalArgumentException(
          "preset must be one of " + String.join(", ", names()) + "; got " + name);
    }
    return preset.get();
  }

  static List<String> names() {
    return List.copyOf(PRESETS.keySet());
  }

  /** Returns the decoder that {@code config.json} of {@code openai-community/gpt2} describes. */
  private static DecoderConfig gpt2() {
    return DecoderConfig.builder()
        .vocabularySize(50257)
        .vocabularyMultiple(1)
        .contextLength(1024)
        .layers(12)
        .width(768)
        .heads(12)
        .feedForward(FeedForwardKind.GELU)
        .norm(NormKind.LAYER_NORM)
        .positions(new Positions.Learned())
        .attentionBias(true)
        .attentionOutputBias(true)
        .feedForwardBias(true)
        .build();
  }

  private static DecoderConfig llama(
      int layers, int width, int heads, int feedForwardWidth, int contextLength) {
    return DecoderConfig.builder()
        .vocabularySize(32000)
        .contextLength(contextLength)
        .layers(layers)
        .width(width)
        .heads(heads)
        .feedForwardWidth(feedForwardWidth)
        .build();
  }

  /** Returns the decoder that {@code config.json} of {@code Qwen/Qwen3-0.6B} describes. */
  private static DecoderConfig qwen3() {
    return DecoderConfig.builder()
        .vocabularySize(151936)
        .contextLength(40960)
        .layers(28)
        .width(1024)
        .heads(16)
        .headSize(128)
        .keyValueHeads(8)
        .feedForwardWidth(3072)
        .normEpsilon(1e-6)
        .positions(new Positions.Rotary(1_000_000))
        .queryKeyNorm(true)
        .build();
  }

  private static DecoderConfig storyteller() {
    return DecoderConfig.builder()
        .vocabularySize(64798)
        .vocabularyMultiple(512)
        .layers(6)
        .width(512)
        .heads(6)
        .headSize(48)
        .feedForwardWidth(768)
        .build();
  }

  private static DecoderConfig storytellerExport() {
    return DecoderConfig.builder()
        .vocabularySize(6400)
        .layers(16)
        .width(768)
        .heads(16)
        .keyValueHeads(4)
        .feedForwardWidth(2048)
        .build();
  }
}
