package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;

/**
 * Takes the matches of a delimiter in a text, in order, and appends the ends of the pre-tokens that
 * they and the stretches between them make.
 */
final class PieceCollector {
  private final SplitBehavior behavior;
  private final boolean invert;
  private final IdBuffer ends;

  /** Where the last stretch ended, and what has been appended so far. */
  private int end;

  private int appended;
  private boolean isDelimiter;
  private boolean hasStretch;

  /**
   * @param invert whether what does not match is the delimiter
   * @param from where the text starts
   */
  PieceCollector(SplitBehavior behavior, boolean invert, int from, IdBuffer ends) {
    this.behavior = behavior;
    this.invert = invert;
    this.ends = ends;
    this.end = from;
    this.appended = from;
  }

  /** Takes a match, which may be empty and starts at or behind the end of the match before. */
  void match(int start, int matchEnd) {
    if (start > end) {
      stretch(start, invert);
    }
    stretch(matchEnd, !invert);
  }

  /** Takes the end of the text. */
  void finish(int to) {
    if (to > end) {
      stretch(to, invert);
    }
    append();
  }

  private void stretch(int stretchEnd, boolean delimiter) {
    if (hasStretch && !behavior.joins(isDelimiter, delimiter)) {
      append();
    }
    hasStretch = true;
    isDelimiter = delimiter;
    end = stretchEnd;
  }

  private void append() {
    if (end > appended) {
      ends.add(behavior == SplitBehavior.REMOVED && isDelimiter ? ~end : end);
      appended = end;
    }
  }
}
