package io.github.maque.tokenizer.bpe;

import static io.github.maque.tokenizer.bpe.UnicodeClasses.HAN;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.LETTER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.NUMBER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.SPACE;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.WORD;

/**
 * Our pattern for Chinese among other languages; {@link PreTokenPattern#CHINESE} gives the reasons.
 *
 * <pre>{@code
 *   (?i:'s|'t|'re|'ve|'m|'ll|'d)
 * | \p{Han}+
 * | [ -~&&[^\p{L}\p{N}]]?[\p{L}\p{M}&&\P{Han}]+
 * | \p{N}
 * | [ ]?[^\s\p{L}\p{N}\p{Han}]+[\r\n]*
 * | \s*[\r\n]+
 * | \s+(?=[ ][^\s\p{N}\p{Han}])
 * | \s+
 * }</pre>
 */
final class ChineseScanner extends PatternScanner {
  private static final int NOT_SYMBOL = LETTER | NUMBER | HAN | SPACE;

  @Override
  int tokenEnd(char[] text, int from, int to) {
    int wordEnd = skipWithSpace(text, from, to, WORD);
    if (wordEnd > from) {
      return wordEnd; // by far the most frequent, with or without a space
    }
    int found = UnicodeClasses.at(text, from, to);
    if ((found & HAN) != 0) {
      return skip(text, from, to, HAN);
    }
    int next = UnicodeClasses.next(text, from, to);
    if ((found & NUMBER) != 0) {
      return next;
    }
    if (text[from] == '\'') {
      int end = skipContractionOfAnyCase(text, from, to);
      if (end > from) {
        return end;
      }
    }
    int nextFound = next < to ? UnicodeClasses.at(text, next, to) : SPACE;
    if ((nextFound & WORD) != 0 && text[from] >= ' ' && text[from] <= '~') {
      return skip(text, next, to, WORD);
    }
    if ((found & SPACE) == 0 || (text[from] == ' ' && (nextFound & NOT_SYMBOL) == 0)) {
      return skipNewlines(text, skipUntil(text, next, to, NOT_SYMBOL), to);
    }
    int end = skipThroughLastNewline(text, from, to);
    return end > from ? end : spaceEnd(text, from, to);
  }

  /** {@code \s+(?= [^\s\p{N}\p{Han}])|\s+}. */
  private static int spaceEnd(char[] text, int from, int to) {
    int end = skip(text, from, to, SPACE);
    boolean leavesOne =
        end < to
            && end > from + 1
            && text[end - 1] == ' '
            && (UnicodeClasses.at(text, end, to) & (NUMBER | HAN)) == 0;
    return leavesOne ? end - 1 : end;
  }

  @Override
  boolean alwaysSplitsBetween(char before, char after) {
    int left = UnicodeClasses.of(before);
    int right = UnicodeClasses.of(after);
    if (isNewline(before)) {
      return (right & SPACE) == 0;
    }
    if (((left | right) & (HAN | NUMBER)) != 0 && left >= 0 && right >= 0) {
      // Numbers stand alone, and Han stands with Han.
      return (left & right & HAN) == 0;
    }
    if ((left & SPACE) != 0) {
      return false;
    }
    if (isNewline(after)) {
      return (left & LETTER) != 0;
    }
    if ((right & SPACE) != 0) {
      return true;
    }
    return left >= 0 && right >= 0 && (left & LETTER) != 0 && (right & WORD) == 0;
  }
}
