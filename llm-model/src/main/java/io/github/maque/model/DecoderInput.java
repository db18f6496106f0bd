package io.github.maque.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sequences of tokens as a decoder reads them. */
public final class DecoderInput {
  private final NDArray ids;
  private final @Nullable NDArray positions;
  private final @Nullable NDArray segments;

  private DecoderInput(NDArray ids, @Nullable NDArray positions, @Nullable NDArray segments) {
    this.ids = requireIntegers("ids", ids);
    if (ids.getShape().dimension() != 2 || ids.getShape().size() == 0) {
      throw new IllegalArgumentException(
          "ids must be [batch, time] with at least one token, but is " + ids.getShape());
    }
    this.positions = positions == null ? null : requireLike("positions", positions, ids);
    this.segments = segments == null ? null : requireLike("segments", segments, ids);
  }

  /** Sequences that are one document each, whose tokens stand at 0, 1, 2 …: ids [batch, time]. */
  public static DecoderInput of(NDArray ids) {
    return new DecoderInput(ids, null, null);
  }

  /**
   * Sequences of several documents, which do not see each other. They may be longer than the
   * decoder's context; positions must be below it.
   *
   * @param ids {@code [batch, time]}
   * @param positions where a token stands in its document, {@code [batch, time]}
   * @param segments the number of the document, {@code [batch, time]}, any integers
   */
  public static DecoderInput of(NDArray ids, NDArray positions, NDArray segments) {
    return new DecoderInput(ids, positions, segments);
  }

  /**
   * Puts ids on the device of a manager.
   *
   * @param ids sequences of equal length
   */
  public static DecoderInput of(NDManager manager, int[][] ids) {
    int time = ids.length == 0 ? 0 : ids[0].length;
    int[] flat = new int[Math.multiplyExact(ids.length, time)];
    for (int row = 0; row < ids.length; row++) {
      if (ids[row].length != time) {
        throw new IllegalArgumentException(
            "ids must be sequences of equal length, but sequence 0 has "
                + time
                + " and sequence "
                + row
                + " has "
                + ids[row].length);
      }
      System.arraycopy(ids[row], 0, flat, row * time, time);
    }
    return of(manager.create(flat, new Shape(ids.length, time)));
  }

  /** Takes the inputs of a DJL block: ids, or ids, positions and segments. */
  static DecoderInput of(NDList inputs) {
    return switch (inputs.size()) {
      case 1 -> of(inputs.get(0));
      case 3 -> of(inputs.get(0), inputs.get(1), inputs.get(2));
      default ->
          throw new IllegalArgumentException(
              "a decoder takes ids, or ids, positions and segments; got "
                  + inputs.size()
                  + " arrays");
    };
  }

  /** Returns the tokens, {@code [batch, time]}. */
  public NDArray ids() {
    return ids;
  }

  /** Returns where tokens stand in their documents, {@code [batch, time]}, if it was said. */
  public Optional<NDArray> positions() {
    return Optional.ofNullable(positions);
  }

  /** Returns the numbers of tokens' documents, {@code [batch, time]}, if there are several. */
  public Optional<NDArray> segments() {
    return Optional.ofNullable(segments);
  }

  private static NDArray requireLike(String name, NDArray array, NDArray ids) {
    if (!array.getShape().equals(ids.getShape())) {
      throw new IllegalArgumentException(
          name
              + " must have the shape of ids, "
              + ids.getShape()
              + ", but has "
              + array.getShape());
    }
    return requireIntegers(name, array);
  }

  private static NDArray requireIntegers(String name, NDArray array) {
    DataType type = array.getDataType();
    if (type != DataType.INT32 && type != DataType.INT64) {
      throw new IllegalArgumentException(name + " must be int32 or int64, but is " + type);
    }
    return array;
  }
}
