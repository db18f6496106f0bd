package io.github.maque.train.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A checkpoint is damaged, incomplete, or of a version that this library does not know. The message
 * names the file and what is wrong with it.
 */
public final class CheckpointException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param file which file
   * @param problem what is wrong and what was expected
   */
  public CheckpointException(Path file, String problem) {
    super(file + ": " + problem);
  }

  /** Creates the exception with the failure that revealed the problem. */
  public CheckpointException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
