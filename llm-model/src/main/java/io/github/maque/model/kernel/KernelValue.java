package io.github.maque.model.kernel;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.IValue;

/**
 * The result of a kernel, kept inside of the engine: an argument for other kernels. It may hold
 * tensors of types that DJL does not know. It lives until it or its manager is closed.
 */
public final class KernelValue implements AutoCloseable {
  private final Kernel origin;
  private final NDManager manager;
  private final IValue value;

  KernelValue(Kernel origin, NDManager manager, IValue value) {
    this.origin = origin;
    this.manager = manager;
    this.value = value;
    manager.attachInternal(value.getUid(), value);
  }

  /**
   * Returns the tensors of this value as arrays. An array of a type that DJL does not know answers
   * {@link ai.djl.ndarray.types.DataType#UNKNOWN} when asked for it and is of use to kernels only.
   *
   * @param manager what the arrays are attached to
   * @throws IllegalStateException if this or the manager is closed
   * @throws UnsupportedOperationException if the function returned something else than tensors
   */
  public NDList toArrays(NDManager manager) {
    origin.requireArrays();
    return value.toNDList(Kernels.requirePyTorch(manager));
  }

  IValue value() {
    return value;
  }

  @Override
  public void close() {
    manager.detachInternal(value.getUid());
    value.close();
  }
}
