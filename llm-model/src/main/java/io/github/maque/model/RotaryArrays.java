package io.github.maque.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** What a {@link RotaryTable} says of all positions of a context, in the engine. */
final class RotaryArrays {
  /** Both arrays take 1 GiB then, for contexts longer than those of any decoder like ours. */
  private static final int MOST_ANGLES = 1 << 27;

  /** How many angles are on the heap at a time. */
  private static final int PART = 1 << 18;

  private RotaryArrays() {}

  /**
   * Returns cosines and sines, each {@code [contextLength, rotated / 2]} in 32-bit floats.
   *
   * @throws IllegalArgumentException if they would take more than 1 GiB
   */
  static NDList of(NDManager manager, RotaryTable table, int contextLength) {
    int frequencies = table.rotated() / 2;
    if (contextLength > MOST_ANGLES / frequencies) {
      throw new IllegalArgumentException(
          "contextLength must be at most "
              + MOST_ANGLES / frequencies
              + " where each position has "
              + frequencies
              + " rotary angles, got "
              + contextLength);
    }
    NDArray cosines = manager.zeros(new Shape(contextLength, frequencies), DataType.FLOAT32);
    NDArray sines = cosines.zerosLike();
    int rows = Math.max(1, PART / frequencies);
    for (int from = 0; from < contextLength; from += rows) {
      int to = Math.min(from + rows, contextLength);
      try (NDManager scope = manager.newSubManager()) {
        NDIndex part = new NDIndex("{}:{}", from, to);
        Shape shape = new Shape(to - from, frequencies);
        cosines.set(part, scope.create(table.cosines(from, to), shape));
        sines.set(part, scope.create(table.sines(from, to), shape));
      }
    }
    return new NDList(cosines, sines);
  }
}
