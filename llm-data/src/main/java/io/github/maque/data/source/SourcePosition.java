package io.github.maque.data.source;

/**
 * Where reading a {@link RecordSource} has come to.
 *
 * @param file how many files lie before it
 * @param block how many blocks of the file lie before it
 */
public record SourcePosition(int file, long block) implements Comparable<SourcePosition> {
  /** Where reading begins. */
  public static final SourcePosition START = new SourcePosition(0, 0);

  /** Checks that nothing is negative. */
  public SourcePosition {
    if (file < 0 || block < 0) {
      throw new IllegalArgumentException("a position is not negative, got " + file + ", " + block);
    }
  }

  @Override
  public int compareTo(SourcePosition other) {
    return file != other.file
        ? Integer.compare(file, other.file)
        : Long.compare(block, other.block);
  }
}
