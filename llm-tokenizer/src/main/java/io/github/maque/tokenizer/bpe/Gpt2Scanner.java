package io.github.maque.tokenizer.bpe;

import static io.github.maque.tokenizer.bpe.UnicodeClasses.LETTER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.NUMBER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.SPACE;

/**
 * The pattern of GPT-2.
 *
 * <pre>{@code
 *   's|'t|'re|'ve|'m|'ll|'d
 * | [ ]?\p{L}+
 * | [ ]?\p{N}+                isolated: \p{N}
 * | [ ]?[^\s\p{L}\p{N}]+
 * | \s+(?!\S)                isolated: \s+(?![^\s\p{N}])
 * | \s+
 * }</pre>
 *
 * <p>Where numbers are isolated, the text is first cut around every one of them; no pre-token then
 * goes through a number or sees one.
 */
final class Gpt2Scanner extends PatternScanner {
  private final boolean isolatesNumbers;

  Gpt2Scanner(boolean isolatesNumbers) {
    this.isolatesNumbers = isolatesNumbers;
  }

  @Override
  int tokenEnd(char[] text, int from, int to) {
    int wordEnd = skipWithSpace(text, from, to, LETTER);
    if (wordEnd > from) {
      return wordEnd; // by far the most frequent, with or without a space
    }
    if (text[from] == '\'') {
      int end = skipContraction(text, from, to);
      if (end > from) {
        return end;
      }
    }
    int start = from;
    int found = UnicodeClasses.at(text, from, to);
    if (text[from] == ' ' && from + 1 < to) {
      int next = UnicodeClasses.at(text, from + 1, to);
      if ((next & (isolatesNumbers ? SPACE | NUMBER : SPACE)) == 0) {
        start = from + 1;
        found = next;
      }
    }
    if ((found & NUMBER) != 0) {
      return isolatesNumbers ? UnicodeClasses.next(text, start, to) : skip(text, start, to, NUMBER);
    }
    if ((found & SPACE) == 0) {
      return skipSymbols(text, start, to);
    }
    return isolatesNumbers ? spaceEnd(text, from, to) : skipAllButLastSpace(text, from, to);
  }

  /** {@code \s+(?![^\s\p{N}])|\s+}. */
  private static int spaceEnd(char[] text, int from, int to) {
    int end = skip(text, from, to, SPACE);
    boolean takesAll = end == to || (UnicodeClasses.at(text, end, to) & NUMBER) != 0;
    return takesAll || end == from + 1 ? end : end - 1;
  }

  @Override
  boolean alwaysSplitsBetween(char before, char after) {
    int left = UnicodeClasses.of(before);
    int right = UnicodeClasses.of(after);
    if (isolatesNumbers && ((left | right) & NUMBER) != 0) {
      return true;
    }
    if ((left & SPACE) != 0) {
      return false; // which of several spaces is the last one depends on what follows
    }
    if ((right & SPACE) != 0) {
      return true;
    }
    if (left < 0 || right < 0) {
      return false;
    }
    int kind = LETTER | NUMBER;
    return (left & kind) != (right & kind) && before != '\'';
  }
}
