package io.github.maque.data.pack;

/**
 * Training sequences of one length, each of which can be asked for by its number. Immutable and
 * safe for many threads: the same number gives the same sequence each time.
 */
public interface Sequences {

  /** Returns how many sequences there are. */
  long size();

  /** Returns how many tokens a sequence has, padding included: the window T. */
  int length();

  /**
   * Returns how many tokens the longest segment may have: a context that long is enough, since
   * positions begin anew with each segment.
   */
  default int longestSegment() {
    return length();
  }

  /**
   * Writes sequence {@code index} over everything that {@code row} holds.
   *
   * @param index from 0 to {@code size() - 1}
   * @param row a row of {@link #length()} tokens, which still holds another sequence
   * @throws IndexOutOfBoundsException if there is no such sequence
   */
  void read(long index, Row row);
}
