package io.github.maque.data.source;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the blocks of a {@link RecordSource} in order, unpacking ahead on threads of its own. Used
 * by one thread at a time.
 *
 * @param <T> the kind of record
 */
public abstract class BlockReader<T> implements Closeable {
  BlockReader() {}

  /**
   * Returns the next block, or null behind the last one.
   *
   * @throws io.github.maque.data.MalformedDataException if a file is cut short, damaged or
   *     dangerous
   * @throws IOException if a file cannot be read
   */
  public abstract @Nullable Block<T> next() throws IOException;

  /** Stops reading ahead and closes the files. */
  @Override
  public abstract void close() throws IOException;
}
