package io.github.maque.data.source;

import java.util.List;

/**
 * Some records in a row, as bytes.
 *
 * @param file where they are from
 * @param data the bytes, delimiters included
 * @param bounds where each record begins and ends, without its delimiter
 * @param firstLine the line on which the first byte is
 * @param errors a record behind these that was left out
 */
record CutBlock(String file, byte[] data, int[] bounds, long firstLine, List<RecordError> errors) {

  int records() {
    return bounds.length / 2;
  }

  /** Returns how much of the heap it takes, about. */
  long footprint() {
    return 256 + data.length + (long) Integer.BYTES * bounds.length;
  }

  /** Returns the offset of the first byte in {@code data[from, to)} that is not blank, or to. */
  static int skipBlank(byte[] data, int from, int to) {
    int i = from;
    while (i < to && isBlank(data[i])) {
      i++;
    }
    return i;
  }

  private static boolean isBlank(byte c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }
}
