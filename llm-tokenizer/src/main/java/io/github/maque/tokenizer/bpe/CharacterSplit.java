package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.util.BitSet;

/**
 * Splits at every character of a kind: Hugging Face's {@code Digits}, {@code WhitespaceSplit} and
 * {@code Punctuation}.
 *
 * @param kind which characters are delimiters
 * @param behavior what becomes of them
 */
public record CharacterSplit(Kind kind, SplitBehavior behavior) implements PreTokenizer {

  /** A kind of characters. */
  public enum Kind {
    /** Numbers of all scripts, {@code \p{N}}. */
    NUMBER,
    /** White space, {@code \s}. */
    WHITE_SPACE,
    /** What Hugging Face takes for punctuation: the 32 symbols of ASCII, and Unicode's. */
    PUNCTUATION;

    private boolean contains(char[] text, int at, int to) {
      return switch (this) {
        case NUMBER -> (UnicodeClasses.at(text, at, to) & UnicodeClasses.NUMBER) != 0;
        case WHITE_SPACE -> (UnicodeClasses.at(text, at, to) & UnicodeClasses.SPACE) != 0;
        case PUNCTUATION -> Punctuation.SET.get(Character.codePointAt(text, at, to));
      };
    }
  }

  /** Loaded when it is needed. */
  private static final class Punctuation {
    static final BitSet SET = UnicodeData.set("hugging face punctuation");
  }

  @Override
  public void split(char[] text, int from, int to, IdBuffer ends) {
    if (from >= to) {
      return;
    }
    PieceCollector pieces = new PieceCollector(behavior, false, from, ends);
    for (int i = from; i < to; ) {
      int next = UnicodeClasses.next(text, i, to);
      if (kind.contains(text, i, to)) {
        pieces.match(i, next);
      }
      i = next;
    }
    pieces.finish(to);
  }

  @Override
  public boolean alwaysSplitsBetween(char before, char after) {
    if (Character.isSurrogate(before) || Character.isSurrogate(after)) {
      return false;
    }
    char[] both = {before, after};
    boolean left = kind.contains(both, 0, 1);
    boolean right = kind.contains(both, 1, 2);
    return switch (behavior) {
      case REMOVED, ISOLATED -> left || right;
      case MERGED_WITH_PREVIOUS -> left;
      case MERGED_WITH_NEXT -> right;
      case CONTIGUOUS -> left != right;
    };
  }
}
