package io.github.maque.data.pack;

/**
 * What packing did.
 *
 * @param length how many tokens a row has
 * @param rows how many rows there are
 * @param samples how many samples there were, those dropped included
 * @param tokens how many tokens of samples are in the rows
 * @param lostTokens how many tokens are in no row because their samples were too long
 * @param truncated how many samples were cut, and only a part of them kept
 * @param split how many samples were cut and kept in several pieces
 * @param dropped how many samples were left out
 */
public record PackingReport(
    int length,
    int rows,
    int samples,
    long tokens,
    long lostTokens,
    int truncated,
    int split,
    int dropped) {

  /** Returns which share of the rows is padding, from 0 to 1; 0 if there are no rows. */
  public double paddingShare() {
    return rows == 0 ? 0 : 1 - tokens / ((double) rows * length);
  }
}
