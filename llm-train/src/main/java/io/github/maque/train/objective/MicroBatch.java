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
 */
public record MicroBatch(
    NDManager manager,
    Batch batch,
    int firstRow,
    int rows,
    DecoderInput input,
    NDArray targets,
    NDArray lossWeights) {

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

    /** Creates a loader to the device of a manager, which it lives with. */
    public Loader(NDManager manager) {
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
        if (device.isGpu()) {
          arrays = transfer.infer(manager, arrays, like);
        }
        arrays.attach(manager);
        DecoderInput input =
            plain
                ? DecoderInput.of(arrays.get(0))
                : DecoderInput.of(arrays.get(0), arrays.get(3), arrays.get(4));
        return new MicroBatch(manager, batch, firstRow, rows, input, arrays.get(1), arrays.get(2));
      }
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
