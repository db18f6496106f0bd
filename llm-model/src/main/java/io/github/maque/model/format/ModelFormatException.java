package io.github.maque.model.format;

import java.io.IOException;

/**
 * A file of a model is damaged, cut short, or holds what this library does not support. The message
 * names the file, the place in it, and what was expected there.
 */
public final class ModelFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param file the file's name
   * @param place the byte, the tensor or the field at fault
   * @param problem what is wrong and what was expected
   */
  public ModelFormatException(String file, String place, String problem) {
    super(file + ": " + place + ": " + problem);
  }

  /** Creates the exception with the failure that revealed the problem. */
  public ModelFormatException(String file, String place, String problem, Throwable cause) {
    super(file + ": " + place + ": " + problem, cause);
  }
}
