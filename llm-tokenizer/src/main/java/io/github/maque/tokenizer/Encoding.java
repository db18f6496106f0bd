package io.github.maque.tokenizer;

import java.util.Arrays;

/**
 * Ids together with the stretch of source text each of them stands for.
 *
 * <p>Offsets count UTF-16 code units of the source string, as {@link String#substring(int, int)}
 * does. A token that covers only some bytes of a character gets that whole character, so
 * neighbouring tokens may overlap; a token that stands for no text (BOS, a prepended space) has an
 * empty range.
 *
 * @param ids the token ids
 * @param starts for every id, where its text starts
 * @param ends for every id, where its text ends (exclusive)
 */
public record Encoding(int[] ids, int[] starts, int[] ends) {

  /** Checks that the three arrays are of one length. */
  public Encoding {
    if (ids.length != starts.length || ids.length != ends.length) {
      throw new IllegalArgumentException(
          "ids, starts and ends differ in length: "
              + ids.length
              + ", "
              + starts.length
              + ", "
              + ends.length);
    }
  }

  /** Returns the number of tokens. */
  public int size() {
    return ids.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Encoding that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(starts, that.starts)
        && Arrays.equals(ends, that.ends);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(ids) + Arrays.hashCode(starts)) + Arrays.hashCode(ends);
  }

  @Override
  public String toString() {
    return "Encoding[ids="
        + Arrays.toString(ids)
        + ", starts="
        + Arrays.toString(starts)
        + ", ends="
        + Arrays.toString(ends)
        + "]";
  }
}
