package io.github.maque.model.kernel;

/**
 * A kernel could not be compiled or failed while it ran. The message names the kernel and, for a
 * call, the shapes it was called with; the cause is what the engine said.
 */
public final class KernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  KernelException(String message, Throwable cause) {
    super(message, cause);
  }
}
