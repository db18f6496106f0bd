package io.github.maque.examples.benchmark;

import io.github.maque.model.DecoderConfig;

/**
 * The size of a decoder that is measured.
 *
 * @param contextLength the most tokens of a sequence
 */
record ModelShape(
    int layers, int width, int heads, int feedForwardWidth, int vocabulary, int contextLength) {
  /** The decoder of 29.9 million parameters that the project's promises are about. */
  static final ModelShape FULL = new ModelShape(8, 512, 8, 1408, 8192, 512);

  /** One that is computed in no time. */
  static final ModelShape TINY = new ModelShape(2, 64, 2, 128, 256, 32);

  /** Returns a decoder with SwiGLU, RMS norms, rotary positions and tied embeddings. */
  DecoderConfig config() {
    return DecoderConfig.builder()
        .vocabularySize(vocabulary)
        .contextLength(contextLength)
        .layers(layers)
        .width(width)
        .heads(heads)
        .feedForwardWidth(feedForwardWidth)
        .build();
  }

  /** Returns this shape with another number of layers. */
  ModelShape withLayers(int other) {
    return new ModelShape(other, width, heads, feedForwardWidth, vocabulary, contextLength);
  }
}
