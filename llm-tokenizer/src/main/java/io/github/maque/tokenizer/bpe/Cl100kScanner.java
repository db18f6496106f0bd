package io.github.maque.tokenizer.bpe;

import static io.github.maque.tokenizer.bpe.UnicodeClasses.LETTER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.NUMBER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.SPACE;

/**
 * The pattern of GPT-4 and Llama 3.
 *
 * <pre>{@code
 *   (?i:'s|'t|'re|'ve|'m|'ll|'d)
 * | [^\r\n\p{L}\p{N}]?\p{L}+
 * | \p{N}{1,3}                      Qwen 2: \p{N}
 * | [ ]?[^\s\p{L}\p{N}]+[\r\n]*
 * | \s+\z                          tiktoken only
 * | \s*[\r\n]+
 * | \s+(?!\S)
 * | \s+
 * }</pre>
 */
final class Cl100kScanner extends PatternScanner {
  private final int maxNumbers;
  private final boolean keepsFinalSpace;

  /**
   * @param maxNumbers how many numbers make a pre-token at most
   * @param keepsFinalSpace whether the white space that ends the text is one pre-token, though
   *     there be newlines in it
   */
  Cl100kScanner(int maxNumbers, boolean keepsFinalSpace) {
    this.maxNumbers = maxNumbers;
    this.keepsFinalSpace = keepsFinalSpace;
  }

  @Override
  int tokenEnd(char[] text, int from, int to) {
    int wordEnd = skipWithSpace(text, from, to, LETTER);
    if (wordEnd > from) {
      return wordEnd; // by far the most frequent, with or without a space
    }
    int found = UnicodeClasses.at(text, from, to);
    if ((found & NUMBER) != 0) {
      return skipNumbers(text, from, to, maxNumbers);
    }
    if (text[from] == '\'') {
      int end = skipContractionOfAnyCase(text, from, to);
      if (end > from) {
        return end;
      }
    }
    int next = UnicodeClasses.next(text, from, to);
    int nextFound = next < to ? UnicodeClasses.at(text, next, to) : SPACE;
    if ((nextFound & LETTER) != 0 && !isNewline(text[from])) {
      return skip(text, next, to, LETTER);
    }
    boolean isSpaceOfSymbol = text[from] == ' ' && (nextFound & (LETTER | NUMBER | SPACE)) == 0;
    if ((found & SPACE) == 0 || isSpaceOfSymbol) {
      return skipNewlines(text, skipSymbols(text, next, to), to);
    }
    return spaceEnd(text, from, to);
  }

  private int spaceEnd(char[] text, int from, int to) {
    if (keepsFinalSpace && skip(text, from, to, SPACE) == to) {
      return to;
    }
    int end = skipThroughLastNewline(text, from, to);
    return end > from ? end : skipAllButLastSpace(text, from, to);
  }

  @Override
  boolean alwaysSplitsBetween(char before, char after) {
    int left = UnicodeClasses.of(before);
    int right = UnicodeClasses.of(after);
    if ((left & SPACE) != 0) {
      return isNewline(before) && (right & SPACE) == 0;
    }
    if (isNewline(after)) {
      return (left & (LETTER | NUMBER)) != 0;
    }
    if ((right & SPACE) != 0) {
      return true;
    }
    if (left < 0 || right < 0) {
      return false;
    }
    // A symbol may belong to the letters behind it, everything else differs.
    int kind = LETTER | NUMBER;
    return (left & kind) != (right & kind) && ((left & kind) != 0 || (right & LETTER) == 0);
  }
}
