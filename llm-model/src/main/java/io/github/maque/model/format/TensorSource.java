package io.github.maque.model.format;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Set;

/**
 * A set of named tensors whose numbers can be read as 32-bit floats, in parts and in any order: a
 * file, a directory of files, a model in memory. What is read from one can be written to any format
 * without a second copy of it in memory.
 */
public interface TensorSource {

  /** Returns the names of all tensors, always in the same order. */
  Set<String> names();

  /**
   * Returns the lengths of a tensor's dimensions, the outermost first; none for a single number.
   *
   * @throws IllegalArgumentException if there is no tensor of this name
   */
  long[] shape(String name);

  /**
   * Fills what remains of {@code into}, from its position to its limit, with the numbers of a
   * tensor in row-major order.
   *
   * @param from index of the first number to read, counted over all dimensions
   * @throws IllegalArgumentException if there is no tensor of this name, or fewer than {@code from}
   *     + {@code into.remaining()} numbers in it
   * @throws IOException if the numbers cannot be read
   */
  void read(String name, long from, FloatBuffer into) throws IOException;

  /**
   * Refuses what {@link #read} must refuse: implementations call this first.
   *
   * @param count how many numbers are asked for
   * @throws IllegalArgumentException if there is no tensor of this name, or fewer than {@code from}
   *     + {@code count} numbers in it
   */
  default void requireWithin(String name, long from, int count) {
    long size = size(name);
    if (from < 0 || from > size - count) {
      throw new IllegalArgumentException(
          String.format(
              "%d numbers from %d on are not all within tensor %s, which has %d",
              count, from, name, size));
    }
  }

  /**
   * Returns how many numbers a tensor has.
   *
   * @throws IllegalArgumentException if there is no tensor of this name
   * @throws ArithmeticException if there are more than a {@code long} can count
   */
  default long size(String name) {
    long size = 1;
    for (long length : shape(name)) {
      size = Math.multiplyExact(size, length);
    }
    return size;
  }
}
