package io.github.maque.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.model.layer.LanguageModelHead;
import io.github.maque.model.layer.Recording;
import io.github.maque.model.layer.SequenceContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass of a decoder in training, that a gradient can be taken back through, once.
 *
 * <pre>{@code
 * try (ForwardPass pass = decoder.forwardPass(input, Checkpointing.everyLayer(), seed)) {
 *   LanguageModelHead.Gradients head = pass.headGradients(targets, weights, 0, 0);
 *   pass.backward(head.hidden());
 * }
 * }</pre>
 *
 * <p>The pass is made of pieces, one per layer or group of layers, whose graphs are not connected:
 * each keeps its graph or, where activations are not kept, its input alone. Dropout is drawn anew
 * from a seed of each layer's own before the layer runs, so that it is the same when the layer runs
 * again. Gradients are added to those of the parameters.
 */
@SuppressWarnings("try") // what a mode is there for is to end
public final class ForwardPass implements AutoCloseable {
  private final Decoder decoder;
  private final NDManager manager;
  private final ParameterStore store;
  private final SequenceContext context;
  private final long seed;
  private final boolean draws;
  private final List<Piece> pieces = new ArrayList<>();
  private final NDArray embedded;
  private final int withoutGradient;
  private final Recording norm;
  private final NDArray hidden;
  private boolean done;

  ForwardPass(
      Decoder decoder,
      DecoderInput input,
      Checkpointing checkpointing,
      long seed,
      @Nullable NDArray noise) {
    if (noise != null) {
      requireNoise(noise, input);
    }
    this.decoder = decoder;
    this.seed = seed;
    withoutGradient = decoder.layersWithoutGradient();
    manager = decoder.manager().newSubManager();
    try (GradientMode on = GradientMode.recording()) {
      store = new ParameterStore(manager, false);
      context = decoder.context(manager, input, true);
      draws = noise != null || draws(decoder, context);
      seed(-1);
      embedded = decoder.embed(store, manager, input, context, true);
      NDArray stream = detached(embedded, manager);
      if (noise != null) {
        stream = decoder.kernels().noisy(manager, stream, noise);
      }
      for (int[] group : groups(checkpointing, input)) {
        Piece piece = new Piece(stream, group[0], group[1], group[2] == 1);
        pieces.add(piece);
        stream = piece.forward();
      }
      norm =
          Recording.ofNorm(
              decoder.kernels(), detached(stream, manager), decoder.finalNorm(store, true));
      hidden = detached(norm.output(), manager);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  /** Returns the normalised hidden states, {@code [batch, time, width]}, outside of any graph. */
  public NDArray hidden() {
    return hidden;
  }

  /** Returns what arrays of this pass belong to: whatever it returned goes when it is closed. */
  public NDManager manager() {
    return manager;
  }

  /**
   * Returns the targets' log-probabilities and the logarithms of the sums of exponentials of
   * logits, both {@code [batch, time]}.
   *
   * @param targets ids {@code [batch, time]}
   */
  public NDList logProbabilities(NDArray targets) {
    NDArray table = decoder.headTable().getArray();
    return decoder.head().logProbabilities(manager, hidden, table, targets);
  }

  /**
   * Computes the gradient of the hidden states, and adds to that of the head's table, for a loss
   * that weighs log-probabilities; see {@link LanguageModelHead#gradients}.
   *
   * @param targets ids {@code [batch, time]}
   * @param weights {@code [batch, time]}
   */
  public LanguageModelHead.Gradients headGradients(
      NDArray targets, NDArray weights, double smoothing, double zLoss) {
    Parameter table = decoder.headTable();
    try (GradientMode off = GradientMode.notRecording();
        NDManager scratch = manager.newSubManager()) {
      NDArray accumulator = decoder.kernels().none();
      if (table.requiresGradient()) {
        accumulator = Gradients.accumulator(table.getArray());
        accumulator.attach(scratch);
      }
      return decoder
          .head()
          .gradients(
              manager, hidden, table.getArray(), accumulator, targets, weights, smoothing, zLoss);
    }
  }

  /**
   * Takes the gradient of the hidden states back to the parameters.
   *
   * @param hiddenGradient {@code [batch, time, width]}
   * @throws IllegalStateException if it was done before
   */
  public void backward(NDArray hiddenGradient) {
    if (done) {
      throw new IllegalStateException("a pass can be taken back once");
    }
    done = true;
    try (GradientMode on = GradientMode.recording()) {
      NDArray gradient = norm.backward(hiddenGradient);
      gradient.attach(manager);
      for (int at = pieces.size() - 1; at >= 0 && pieces.get(at).to > withoutGradient; at--) {
        NDArray before = pieces.get(at).backward(gradient);
        gradient.close();
        gradient = before;
      }
      if (decoder.embeddingsLearn()) {
        JniUtils.backward((PtNDArray) embedded, (PtNDArray) gradient, false, false);
      }
    }
  }

  @Override
  public void close() {
    manager.close();
  }

  /** Returns first layer, end, and whether to keep activations (1 or 0) of each piece. */
  private List<int[]> groups(Checkpointing checkpointing, DecoderInput input) {
    int layers = decoder.layers().size();
    List<int[]> groups = new ArrayList<>();
    if (checkpointing instanceof Checkpointing.Every every && every.layers() > 0) {
      for (int from = 0; from < layers; from += every.layers()) {
        groups.add(new int[] {from, Math.min(from + every.layers(), layers), 0});
      }
      return groups;
    }
    long kept = layers;
    if (checkpointing instanceof Checkpointing.Within within) {
      int batch = Math.toIntExact(input.ids().getShape().get(0));
      int time = Math.toIntExact(input.ids().getShape().get(1));
      long perLayer = decoder.config().activationBytesPerLayer(batch, time, decoder.precision());
      kept = Math.min(layers, within.bytes() / perLayer);
    }
    for (int layer = 0; layer < layers; layer++) {
      // Those kept are the last: they are given back first.
      groups.add(new int[] {layer, layer + 1, layer >= layers - kept ? 1 : 0});
    }
    return groups;
  }

  private static void requireNoise(NDArray noise, DecoderInput input) {
    if (!noise.getShape().equals(input.ids().getShape())
        || noise.getDataType() != DataType.FLOAT32) {
      throw new IllegalArgumentException(
          "noise must be float32 of the shape of ids, "
              + input.ids().getShape()
              + ", but is "
              + noise.getDataType()
              + " "
              + noise.getShape());
    }
  }

  /** Whether random numbers may be drawn in layers. */
  private static boolean draws(Decoder decoder, SequenceContext context) {
    return decoder.config().dropout() > 0
        || context.updates().dropout() > 0
        || decoder.hasCustomBlocks();
  }

  private void seed(int layer) {
    if (draws) {
      long state = seed + (layer + 2) * SplitMix64.GAMMA;
      JniUtils.setSeed(SplitMix64.mix(state) & Long.MAX_VALUE);
    }
  }

  private static NDArray detached(NDArray array, NDManager manager) {
    NDArray detached = array.stopGradient();
    detached.attach(manager);
    return detached;
  }

  /** Some layers in a row. */
  private final class Piece {
    private final NDArray input;
    private final int from;
    private final int to;
    private final boolean keep;
    private final List<Recording> recordings = new ArrayList<>();
    private @Nullable NDManager scope;

    Piece(NDArray input, int from, int to, boolean keep) {
      this.input = input;
      this.from = from;
      this.to = to;
      this.keep = keep && to > withoutGradient;
    }

    /** Returns the output, outside of any graph. */
    NDArray forward() {
      if (keep) {
        return record();
      }
      try (GradientMode off = GradientMode.notRecording()) {
        NDArray stream = input;
        for (int layer = from; layer < to; layer++) {
          try (NDManager own = manager.newSubManager()) {
            NDArray output = run(layer, detached(stream, own));
            output.attach(manager);
            if (layer > from) {
              stream.close();
            }
            stream = output;
          }
        }
        return stream;
      }
    }

    private NDArray run(int layer, NDArray in) {
      seed(layer);
      Block block = decoder.layers().get(layer);
      return block.forward(store, new NDList(in), true, context.asParameters()).singletonOrThrow();
    }

    private NDArray record() {
      scope = manager.newSubManager();
      NDArray stream = input;
      for (int layer = from; layer < to; layer++) {
        seed(layer);
        Recording recording =
            Recording.of(
                decoder.layers().get(layer), store, detached(stream, scope), context, true);
        recordings.add(recording);
        stream = recording.output();
      }
      return detached(stream, manager);
    }

    NDArray backward(NDArray gradient) {
      if (!keep) {
        record().close();
      }
      NDArray current = gradient;
      for (int at = recordings.size() - 1; at >= 0; at--) {
        current = recordings.get(at).backward(current);
      }
      current.attach(manager);
      if (scope != null) {
        scope.close();
      }
      recordings.clear();
      input.close();
      return current;
    }
  }
}
