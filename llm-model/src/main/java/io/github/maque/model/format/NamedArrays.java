package io.github.maque.model.format;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.maque.model.kernel.GradientMode;
import io.github.maque.model.kernel.Kernel;
import io.github.maque.model.kernel.KernelSource;
import io.github.maque.model.kernel.Kernels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Arrays of the engine as tensors that can be written to a file, and the way back: weights, the
 * moments of an optimizer.
 *
 * <pre>{@code
 * NamedArrays frozen = NamedArrays.of(manager, arrays).copy(copies);
 * // … on another thread, while training goes on:
 * SafetensorsFile.write(file, frozen, WeightType.FLOAT32);
 * }</pre>
 */
public final class NamedArrays implements TensorSource {
  /** How many numbers are on their way at a time. */
  private static final int CHUNK = 1 << 22;

  /** DJL's own {@code set} gives an array other memory instead of writing into what it has. */
  private static final KernelSource SOURCE =
      KernelSource.of(
          "named_arrays",
          """
          def assign(self, to: Tensor, values: Tensor, at: int) -> Tensor:
            to.view(-1)[at:at + values.size(0)].copy_(values)
            return values

          def copies(self, arrays: List[Tensor]) -> List[Tensor]:
            copies = annotate(List[Tensor], [])
            for array in arrays:
              copy = torch.to(array, torch.device("cpu"), array.dtype, False, True)
              copies = torch.append(copies, copy)
            return copies
          """);

  private final NDManager manager;
  private final Map<String, NDArray> arrays;

  private NamedArrays(NDManager manager, Map<String, NDArray> arrays) {
    this.manager = manager;
    this.arrays = arrays;
  }

  /**
   * Returns arrays as tensors, in the order of the map, with the numbers that they have whenever
   * they are read.
   *
   * @param manager what passing memory is taken from
   * @param arrays of 32-bit floats, which live as long as they do; they are not copied
   * @throws IllegalArgumentException if an array has another type
   */
  public static NamedArrays of(NDManager manager, Map<String, NDArray> arrays) {
    arrays.forEach(
        (name, array) -> {
          if (array.getDataType() != DataType.FLOAT32) {
            throw new IllegalArgumentException(
                name
                    + " must be an array of "
                    + DataType.FLOAT32
                    + ", but is one of "
                    + array.getDataType());
          }
        });
    return new NamedArrays(manager, Collections.unmodifiableMap(new LinkedHashMap<>(arrays)));
  }

  /**
   * Copies all arrays at once, into memory of the host.
   *
   * @param manager what the copies live with
   */
  public NamedArrays copy(NDManager manager) {
    Map<String, NDArray> copies = new LinkedHashMap<>();
    if (!arrays.isEmpty()) {
      try (Kernels kernels = Kernels.compile(manager, SOURCE)) {
        NDList list = kernels.get("copies").infer(manager, new NDList(arrays.values()));
        int next = 0;
        for (String name : arrays.keySet()) {
          copies.put(name, list.get(next++));
        }
      }
    }
    return new NamedArrays(manager, Collections.unmodifiableMap(copies));
  }

  /**
   * Writes the numbers of tensors of the same names into the arrays.
   *
   * @param source has a tensor of each array's name and shape; others in it are left alone
   * @throws IllegalArgumentException if one is missing or has another shape; then nothing has
   *     changed
   * @throws IOException if the source cannot be read; then some arrays may have changed
   */
  public void fill(TensorSource source) throws IOException {
    for (String name : arrays.keySet()) {
      requireSame(name, source);
    }
    ByteBuffer bytes = buffer();
    try (Kernels kernels = Kernels.compile(manager, SOURCE)) {
      for (String name : arrays.keySet()) {
        fill(name, source, bytes, kernels.get("assign"));
      }
    }
  }

  /** Returns room for a chunk, or for the largest array if that is smaller. */
  private ByteBuffer buffer() {
    long longest = arrays.keySet().stream().mapToLong(this::size).max().orElse(0);
    return ByteBuffer.allocateDirect((int) Math.min(CHUNK, longest) * Float.BYTES)
        .order(ByteOrder.nativeOrder());
  }

  private void requireSame(String name, TensorSource source) {
    if (!source.names().contains(name)) {
      throw new IllegalArgumentException("the source has no tensor " + name);
    }
    if (!Arrays.equals(source.shape(name), shape(name))) {
      throw new IllegalArgumentException(
          name
              + " must have the shape "
              + Arrays.toString(shape(name))
              + ", but has "
              + Arrays.toString(source.shape(name))
              + " in the source");
    }
  }

  private void fill(String name, TensorSource source, ByteBuffer bytes, Kernel assign)
      throws IOException {
    NDArray array = array(name);
    long size = size(name);
    for (long from = 0; from < size; from += CHUNK) {
      int count = (int) Math.min(CHUNK, size - from);
      bytes.clear().limit(count * Float.BYTES);
      source.read(name, from, bytes.asFloatBuffer());
      try (NDManager scope = manager.newSubManager()) {
        NDArray values = scope.create(bytes, new Shape(count), DataType.FLOAT32);
        assign.infer(scope, array, values, from);
      }
    }
  }

  @Override
  public Set<String> names() {
    return arrays.keySet();
  }

  @Override
  public long[] shape(String name) {
    return array(name).getShape().getShape();
  }

  @Override
  @SuppressWarnings("try") // nothing is to be said to the mode but that it ends
  public void read(String name, long from, FloatBuffer into) {
    Objects.checkFromIndexSize(from, into.remaining(), size(name));
    try (GradientMode off = GradientMode.notRecording()) {
      for (long at = from; into.hasRemaining(); ) {
        int count = Math.min(CHUNK, into.remaining());
        try (NDManager scope = manager.newSubManager()) {
          // Where the numbers lie in memory already, they are not copied into an array of bytes
          // first.
          into.put(part(name, at, count, scope).toByteBuffer(true).asFloatBuffer());
        }
        at += count;
      }
    }
  }

  /** Returns a view of some numbers of an array. */
  private NDArray part(String name, long from, int count, NDManager scope) {
    NDArray flat = array(name).reshape(-1);
    flat.attach(scope);
    NDArray part = flat.get("{}:{}", from, from + count);
    part.attach(scope);
    return part;
  }

  private NDArray array(String name) {
    NDArray array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException("there is no array " + name);
    }
    return array;
  }
}
