package io.github.maque.train.objective;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.maque.data.pack.Batch;
import io.github.maque.model.DecoderInput;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Some rows of a batch on the device, which are computed at once.
 *
 * @param manager what the arrays belong to, and what is computed of them should
 * @param batch the whole batch, still in the host's memory
 * @param firstRow the number of the first row in the batch
 * @param rows how many
 * @param input what the decoder reads
 * @param targets int32 {@code [rows, length]}
 * @param lossWeights float32 {@code [rows, length]}
 * @param embeddingNoise how large the noise on the embeddings is at most at each token, float32
 *     {@code [rows, length]}, if there is any
 */
public record MicroBatch(
    NDManager manager,
    Batch batch,
    int firstRow,
    int rows,
    DecoderInput input,
    NDArray targets,
    NDArray lossWeights,
    Optional<NDArray> embeddingNoise) {

  /** Copies go through pinned memory: the host does not wait for what the device has to do. */
  private static final KernelSource TRANSFER =
      KernelSource.of(
          "transfer",
          """
          def transfer(self, tensors: List[Tensor], like: Tensor) -> List[Tensor]:
            out = annotate(List[Tensor], [])
            for t in tensors:
              out.append(torch.to(t.pin_memory(), like.device, t.dtype, True, False))
            return out
          """);

  /** Brings rows of batches to a device. */
  public static final class Loader {
    private final Device device;
    private final NDArray like;
    private final Kernel transfer;
    private final double noise;

    /** Creates a loader to the device of a manager, which it lives with. */
    public Loader(NDManager manager) {
      this(manager, 0, 1);
    }

    /**
     * Creates a loader for a model that is to be trained with noise on its embeddings.
     *
     * @param embeddingNoise α of Jain et al. (2023): numbers get noise of at most {@code α /
     *     √(tokens of the segment · width)}; 0 for none
     * @param width of the embeddings
     */
    public Loader(NDManager manager, double embeddingNoise, int width) {
      noise = embeddingNoise / Math.sqrt(width);
      device = manager.getDevice();
      like = manager.zeros(new Shape(1));
      transfer = Kernels.compile(manager, TRANSFER).get("transfer");
    }

    /**
     * Returns some rows. The batch stays open for as long as they are in use.
     *
     * @param manager what the arrays are attached to
     */
    public MicroBatch load(NDManager manager, Batch batch, int firstRow, int rows) {
      Shape shape = new Shape(rows, batch.length());
      int from = firstRow * batch.length() * Integer.BYTES;
      int bytes = rows * batch.length() * Integer.BYTES;
      boolean plain = isOneDocumentARow(batch, firstRow, rows);
      try (NDManager host = manager.newSubManager(Device.cpu())) {
        NDList arrays = new NDList();
        arrays.add(host.create(part(batch.ids(), from, bytes), shape, DataType.INT32));
        arrays.add(host.create(part(batch.targets(), from, bytes), shape, DataType.INT32));
        arrays.add(host.create(part(batch.lossWeights(), from, bytes), shape, DataType.FLOAT32));
        if (!plain) {
          arrays.add(host.create(part(batch.positions(), from, bytes), shape, DataType.INT32));
          arrays.add(host.create(part(batch.segments(), from, bytes), shape, DataType.INT32));
        }
        if (noise > 0) {
          arrays.add(host.create(magnitudes(batch, firstRow, rows), shape));
        }
        if (device.isGpu()) {
          arrays = transfer.infer(manager, arrays, like);
        }
        arrays.attach(manager);
        DecoderInput input =
            plain
                ? DecoderInput.of(arrays.get(0))
                : DecoderInput.of(arrays.get(0), arrays.get(3), arrays.get(4));
        return new MicroBatch(
            manager,
            batch,
            firstRow,
            rows,
            input,
            arrays.get(1),
            arrays.get(2),
            noise > 0 ? Optional.of(arrays.get(arrays.size() - 1)) : Optional.empty());
      }
    }

    private float[] magnitudes(Batch batch, int firstRow, int rows) {
      IntBuffer segments = batch.segments().asIntBuffer();
      int length = batch.length();
      float[] magnitudes = new float[rows * length];
      for (int begin = 0; begin < magnitudes.length; ) {
        int first = firstRow * length + begin;
        int segment = segments.get(first);
        int end = begin + 1;
        while (end % length != 0 && segments.get(firstRow * length + end) == segment) {
          end++;
        }
        double size = segment < 0 ? 0 : noise / Math.sqrt(end - begin);
        Arrays.fill(magnitudes, begin, end, (float) size);
        begin = end;
      }
      return magnitudes;
    }

    private static ByteBuffer part(ByteBuffer whole, int from, int bytes) {
      return whole.slice(from, bytes).order(ByteOrder.nativeOrder());
    }

    /**
     * Rows of one document each need no mask, which makes attention faster. Padding behind it needs
     * none either: it comes last, and counts nothing.
     */
    private static boolean isOneDocumentARow(Batch batch, int firstRow, int rows) {
      IntBuffer segments = batch.segments().asIntBuffer();
      IntBuffer positions = batch.positions().asIntBuffer();
      for (int row = firstRow; row < firstRow + rows; row++) {
        int begin = row * batch.length();
        int end = begin + batch.length();
        int first = segments.get(begin);
        for (int place = begin; place < end; place++) {
          boolean padding = segments.get(place) < 0;
          if (!padding && (segments.get(place) != first || positions.get(place) != place - begin)) {
            return false;
          }
        }
      }
      return true;
    }
  }
}
