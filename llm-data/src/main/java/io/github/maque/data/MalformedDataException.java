package io.github.maque.data;

import java.io.IOException;

/**
 * A data file is damaged, cut short, dangerous to read, or not what it is said to be. The message
 * names the file and, where there is one, the place in it.
 */
public final class MalformedDataException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param file the file's name
   * @param problem what is wrong and what was expected
   */
  public MalformedDataException(String file, String problem) {
    super(file + ": " + problem);
  }

  /** Creates the exception with the failure that revealed the problem. */
  public MalformedDataException(String file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }

  /** Creates the exception for a place in a file. */
  public MalformedDataException(Location location, String problem) {
    super(location + ": " + problem);
  }
}
