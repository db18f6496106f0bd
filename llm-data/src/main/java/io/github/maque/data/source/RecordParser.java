package io.github.maque.data.source;

import io.github.maque.data.Location;
import org.jspecify.annotations.Nullable;

/**
 * Makes a record of bytes. Used by several threads at once.
 *
 * @param <T> the kind of record
 */
@FunctionalInterface
interface RecordParser<T> {
  /**
   * Parses {@code data[from, to)}.
   *
   * @return the record, or null if there is only white space
   * @throws IllegalArgumentException if it cannot be read; the message says what is wrong
   */
  @Nullable T parse(byte[] data, int from, int to, Location location);
}
