package io.github.maque.examples.cli;

import ai.djl.ndarray.NDManager;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.format.DecoderWeights;
import io.github.maque.model.format.TensorSource;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;

/** A decoder with the weights of a file, in the engine. */
final class GenerateModel implements AutoCloseable {
  private final NDManager manager;
  private final Decoder decoder;

  private GenerateModel(NDManager manager, Decoder decoder) {
    this.manager = manager;
    this.decoder = decoder;
  }

  /** Starts the engine and loads weights. */
  static GenerateModel load(DecoderConfig config, TensorSource weights, Progress progress)
      throws IOException {
    NDManager manager = NDManager.newBaseManager("PyTorch");
    try {
      Decoder decoder = Decoder.builder(manager, config).zeros().build();
      DecoderWeights.load(decoder, CountedTensors.reportingTo("Loading", progress, weights));
      return new GenerateModel(manager, decoder);
    } catch (Throwable failure) {
      manager.close();
      throw failure;
    }
  }

  /** Returns how many tokens a text can have. */
  int contextLength() {
    return decoder.config().contextLength();
  }

  /** Returns in what to compute, if need be by measuring what is fast. */
  Precision resolve(Precision precision) {
    return precision.resolve(manager);
  }

  /** Opens a session. */
  DecodingSession open(int slots, int contextLength, Precision precision) {
    return DecodingSession.open(decoder, slots, contextLength, precision);
  }

  @Override
  public void close() {
    manager.close();
  }
}
