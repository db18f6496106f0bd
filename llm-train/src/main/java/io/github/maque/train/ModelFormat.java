package io.github.maque.train;

import io.github.maque.model.format.NamedArrays;
import io.github.maque.model.format.TensorSource;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What of a model a checkpoint holds, and in which files: all of its weights in Hugging Face's
 * layout if nothing else is said, or what was added to a base model alone.
 */
public interface ModelFormat {
  /** Returns the arrays to be saved, which go on changing after they were copied. */
  NamedArrays arrays();

  /**
   * Writes the model's files. Called on another thread than training, while that goes on.
   *
   * @param copies of {@link #arrays}
   * @param directory exists, and is not looked at by anyone before it is complete
   */
  void write(TensorSource copies, Path directory) throws IOException;

  /**
   * Sets the arrays to what a directory holds.
   *
   * @throws IOException if the files cannot be read, or are not those of such a model; the message
   *     names the file
   */
  void load(Path directory) throws IOException;
}
