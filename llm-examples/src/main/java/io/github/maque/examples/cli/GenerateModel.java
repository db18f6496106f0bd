package io.github.maque.examples.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.maque.model.Decoder;
import io.github.maque.model.DecoderConfig;
import io.github.maque.model.format.TensorSource;
import io.github.maque.model.generate.DecodingSession;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.model.kernel.Precision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** A decoder with the weights of a file, in the engine. */
final class GenerateModel implements AutoCloseable {
  /** How many numbers are on their way from the file to the engine at a time. */
  private static final int CHUNK = 1 << 22;

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
      Decoder decoder = Decoder.create(manager, config, Precision.FLOAT32);
      fill(decoder, CountedTensors.reportingTo("Loading", progress, weights));
      return new GenerateModel(manager, decoder);
    } catch (Throwable failure) {
      manager.close();
      throw failure;
    }
  }

  @SuppressWarnings("try") // nothing is to be said to the mode but that it ends
  private static void fill(Decoder decoder, TensorSource weights) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(CHUNK * Float.BYTES).order(ByteOrder.nativeOrder());
    try (var off = GradientMode.notRecording();
        NDManager scope = decoder.manager().newSubManager()) {
      for (Map.Entry<String, Parameter> entry : decoder.parametersByName().entrySet()) {
        NDArray array = entry.getValue().getArray();
        long size = array.size();
        for (long from = 0; from < size; from += CHUNK) {
          int count = (int) Math.min(CHUNK, size - from);
          bytes.clear().limit(count * Float.BYTES);
          weights.read(entry.getKey(), from, bytes.asFloatBuffer());
          try (NDManager chunk = scope.newSubManager()) {
            NDArray flat = array.reshape(-1);
            NDArray part = flat.get("{}:{}", from, from + count);
            flat.attach(chunk);
            part.attach(chunk);
            part.set(bytes);
          }
        }
      }
    }
  }

  /** Returns how many tokens a text can have. */
  int contextLength() {
    return decoder.config().contextLength();
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
