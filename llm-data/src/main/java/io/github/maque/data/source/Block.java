package io.github.maque.data.source;

/**
 * Some records in a row, not parsed yet: what one thread works on. Where blocks begin and end
 * depends only on the files and the format.
 *
 * @param <T> the kind of record
 */
public abstract class Block<T> {
  Block() {}

  /** Returns where this block is. */
  public abstract SourcePosition position();

  /** Returns how many bytes of text it holds, unpacked. */
  public abstract int size();

  /**
   * Returns how many bytes of the files, as they are on disk, were read up to the end of this
   * block: for showing progress beside {@link RecordSource#sizeInBytes()}.
   */
  public abstract long bytesRead();

  /** Parses the block. Any thread may do this, and several may parse several blocks at once. */
  public abstract ParsedBlock<T> parse();
}
