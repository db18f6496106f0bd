package io.github.maque.tokenizer.bpe;

import static io.github.maque.tokenizer.bpe.UnicodeClasses.LETTER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.LOWER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.NUMBER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.SPACE;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.UPPER;

/**
 * The pattern of GPT-4o, which starts a word at a capital.
 *
 * <pre>{@code
 *   [^\r\n\p{L}\p{N}]?U*L+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 * | [^\r\n\p{L}\p{N}]?U+L*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
 * | \p{N}{1,3}
 * | [ ]?[^\s\p{L}\p{N}]+[\r\n/]*
 * | \s*[\r\n]+
 * | \s+(?!\S)
 * | \s+
 *
 *   U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
 *   L = [\p{Ll}\p{Lm}\p{Lo}\p{M}]
 * }</pre>
 */
final class O200kScanner extends PatternScanner {
  private static final int MAX_NUMBERS = 3;

  @Override
  int tokenEnd(char[] text, int from, int to) {
    int word = text[from] == ' ' ? from + 1 : from;
    if (word < to && (UnicodeClasses.of(text[word]) & (UPPER | LOWER)) == LOWER) {
      return skipContractionOfAnyCase(text, skip(text, word + 1, to, LOWER), to);
    }
    int found = UnicodeClasses.at(text, from, to);
    if ((found & NUMBER) != 0) {
      return skipNumbers(text, from, to, MAX_NUMBERS);
    }
    int end = wordEnd(text, from, to, found);
    if (end > from) {
      return skipContractionOfAnyCase(text, end, to);
    }
    int next = UnicodeClasses.next(text, from, to);
    int nextFound = next < to ? UnicodeClasses.at(text, next, to) : SPACE;
    boolean isSpaceOfSymbol = text[from] == ' ' && (nextFound & (LETTER | NUMBER | SPACE)) == 0;
    if ((found & SPACE) == 0 || isSpaceOfSymbol) {
      return skipNewlinesAndSlashes(text, skipSymbols(text, next, to), to);
    }
    end = skipThroughLastNewline(text, from, to);
    return end > from ? end : skipAllButLastSpace(text, from, to);
  }

  /**
   * The two alternatives for words without {@code C?}; gives {@code from} where neither matches.
   */
  private static int wordEnd(char[] text, int from, int to, int found) {
    int cased = UPPER | LOWER;
    boolean mayBePrefix = (found & LETTER) == 0 && !isNewline(text[from]);
    int start = mayBePrefix ? UnicodeClasses.next(text, from, to) : from;
    if (start < to && (UnicodeClasses.at(text, start, to) & cased) != 0) {
      int end = lowerEnd(text, start, to);
      if (end > start) {
        return end;
      }
    }
    if (mayBePrefix && (found & cased) != 0) {
      return lowerEnd(text, from, to); // a mark: it is a word too, and there U*L+ always matches
    }
    return start < to ? upperEnd(text, start, to, from) : from;
  }

  /**
   * {@code U*L+}; gives {@code at} where it does not match. {@code U*} takes all it can. If what
   * follows is not in {@code L}, it gives back as far as the last character that is in both.
   */
  private static int lowerEnd(char[] text, int at, int to) {
    int lastOfBothEnd = at;
    int i = at;
    while (i < to) {
      int found = UnicodeClasses.at(text, i, to);
      if ((found & UPPER) == 0) {
        break;
      }
      i = UnicodeClasses.next(text, i, to);
      if ((found & LOWER) != 0) {
        lastOfBothEnd = i;
      }
    }
    int end = skip(text, i, to, LOWER);
    return end > i ? end : lastOfBothEnd;
  }

  /** {@code U+L*} where {@code U*L+} does not match, so that no {@code L} follows. */
  private static int upperEnd(char[] text, int at, int to, int otherwise) {
    int end = skip(text, at, to, UPPER);
    return end > at ? end : otherwise;
  }

  /** {@code [\r\n/]*}. */
  private static int skipNewlinesAndSlashes(char[] text, int at, int to) {
    int i = at;
    while (i < to && (isNewline(text[i]) || text[i] == '/')) {
      i++;
    }
    return i;
  }

  @Override
  boolean alwaysSplitsBetween(char before, char after) {
    int left = UnicodeClasses.of(before);
    int right = UnicodeClasses.of(after);
    if ((left & SPACE) != 0) {
      return isNewline(before) && (right & SPACE) == 0 && after != '/';
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
    if ((right & NUMBER) != 0) {
      return (left & NUMBER) == 0;
    }
    if ((left & NUMBER) != 0) {
      return true;
    }
    // A contraction goes with its word, and symbols and marks with the word behind them.
    return (left & LETTER) != 0 && (right & (UPPER | LOWER)) == 0 && after != '\'';
  }
}
