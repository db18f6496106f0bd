package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;

/**
 * Splits where a given text stands, as Hugging Face's {@code Split} by a string does.
 *
 * @param text the delimiter, not empty
 * @param behavior what becomes of the delimiters
 * @param invert whether the delimiters are what does not match
 */
public record LiteralSplit(String text, SplitBehavior behavior, boolean invert)
    implements PreTokenizer {

  /** Checks that the text is not empty. */
  public LiteralSplit {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("the text to split at must not be empty");
    }
  }

  @Override
  public void split(char[] source, int from, int to, IdBuffer ends) {
    if (from >= to) {
      return;
    }
    PieceCollector pieces = new PieceCollector(behavior, invert, from, ends);
    int length = text.length();
    char first = text.charAt(0);
    for (int i = from; i <= to - length; ) {
      if (source[i] == first && matchesAt(source, i)) {
        pieces.match(i, i + length);
        i += length;
      } else {
        i++;
      }
    }
    pieces.finish(to);
  }

  private boolean matchesAt(char[] source, int at) {
    for (int i = 1; i < text.length(); i++) {
      if (source[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean alwaysSplitsBetween(char before, char after) {
    if (invert || text.length() != 1) {
      return false;
    }
    boolean left = before == text.charAt(0);
    boolean right = after == text.charAt(0);
    return switch (behavior) {
      case REMOVED, ISOLATED -> left || right;
      case MERGED_WITH_PREVIOUS -> left;
      case MERGED_WITH_NEXT -> right;
      case CONTIGUOUS -> left != right;
    };
  }
}
