package io.github.maque.tokenizer.format;

import java.io.IOException;

/**
 * A tokenizer file is damaged, cut short, or uses something this library does not support. The
 * message names the file and the place in it.
 */
public final class TokenizerFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param source the file's name
   * @param place where in the file: a JSON path, a line or a byte offset
   * @param problem what is wrong and what was expected
   */
  public TokenizerFormatException(String source, String place, String problem) {
    super(source + ": " + place + ": " + problem);
  }

  /** Creates the exception with the failure that revealed the problem. */
  public TokenizerFormatException(String source, String place, String problem, Throwable cause) {
    super(source + ": " + place + ": " + problem, cause);
  }
}
