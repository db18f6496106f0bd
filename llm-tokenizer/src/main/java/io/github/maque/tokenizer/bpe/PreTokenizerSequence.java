package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.util.List;

/**
 * Splits the pieces of one pre-tokenizer by the next, each seeing nothing but its piece. Without
 * parts, the whole text is one pre-token.
 *
 * @param parts the pre-tokenizers in order
 */
public record PreTokenizerSequence(List<PreTokenizer> parts) implements PreTokenizer {

  /** Copies the list. */
  public PreTokenizerSequence {
    parts = List.copyOf(parts);
  }

  @Override
  public void split(char[] text, int from, int to, IdBuffer ends) {
    if (from >= to) {
      return;
    }
    int begin = ends.size();
    ends.add(to);
    for (PreTokenizer part : parts) {
      int count = ends.size();
      int start = from;
      for (int i = begin; i < count; i++) {
        int end = ends.get(i);
        if (end < 0) {
          ends.add(end);
          start = ~end;
        } else {
          part.split(text, start, end, ends);
          start = end;
        }
      }
      moveDown(ends, count, begin);
    }
  }

  /** Puts the pieces of this round, from {@code from} on, over those of the round before. */
  private static void moveDown(IdBuffer ends, int from, int begin) {
    int length = ends.size() - from;
    for (int i = 0; i < length; i++) {
      ends.set(begin + i, ends.get(from + i));
    }
    ends.truncate(begin + length);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Only the first part is asked: where it does not look across, no later one does, but what a
   * later one would not look across the first may.
   */
  @Override
  public boolean alwaysSplitsBetween(char before, char after) {
    return !parts.isEmpty() && parts.get(0).alwaysSplitsBetween(before, after);
  }
}
