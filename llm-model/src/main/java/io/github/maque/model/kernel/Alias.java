package io.github.maque.model.kernel;

import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import org.jspecify.annotations.Nullable;

/**
 * An array under another name for the time of a call. In training mode DJL reads from the names of
 * arrays how they are to be passed: which function to call, and which of them make a list. Setting
 * names on the arrays themselves would change them under the eyes of other threads.
 */
final class Alias extends PtNDArray {
  private final @Nullable PtNDArray array;
  private final @Nullable String alias;

  Alias(PtNDManager manager, PtNDArray array, @Nullable String alias) {
    super(manager, array.getHandle());
    this.array = array;
    this.alias = alias;
  }

  /** Stands for no array at all; only its name is ever asked for. */
  Alias(PtNDManager manager, String alias) {
    super(manager, 0L);
    this.array = null;
    this.alias = alias;
  }

  @Override
  @SuppressWarnings("NullAway") // DJL's arrays without a name answer null
  public String getName() {
    return alias;
  }

  /**
   * Asks the array, which knows after the first time, where this would ask the engine each time.
   */
  @Override
  public DataType getDataType() {
    return array == null ? super.getDataType() : array.getDataType();
  }

  /** Leaves the array alone, which is another's. */
  @Override
  public void close() {}
}
