package io.github.maque.tokenizer.bpe;

import static io.github.maque.tokenizer.bpe.UnicodeClasses.LETTER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.NUMBER;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.SPACE;
import static io.github.maque.tokenizer.bpe.UnicodeClasses.SURROGATE;

import io.github.maque.tokenizer.IdBuffer;

/**
 * A pre-token pattern written out by hand: what its regular expression matches at a place, found in
 * one pass over the characters. Every character is looked at a bounded number of times, whatever
 * the text, so that scanning is linear where backtracking is not.
 *
 * <p>The steps that patterns share are here; a subclass puts them in the order of the alternatives
 * of its regular expression.
 */
abstract class PatternScanner {

  /** Appends the end of every pre-token of {@code text[from, to)}. */
  final void split(char[] text, int from, int to, IdBuffer ends) {
    for (int at = from; at < to; ) {
      at = tokenEnd(text, at, to);
      ends.add(at);
    }
  }

  /**
   * Returns where the pre-token that starts at {@code from} ends; {@code from} is below {@code to}.
   */
  abstract int tokenEnd(char[] text, int from, int to);

  /** As {@link PreTokenizer#alwaysSplitsBetween}; the two are not halves of one character. */
  abstract boolean alwaysSplitsBetween(char before, char after);

  /**
   * Returns where the run of code points with any of the class bits ends that starts at {@code at}.
   */
  static int skip(char[] text, int at, int to, int bits) {
    int i = at;
    while (i < to) {
      int found = UnicodeClasses.of(text[i]);
      if ((found & bits) != 0) {
        i++;
      } else if (found < 0 && (UnicodeClasses.at(text, i, to) & bits) != 0) {
        i = UnicodeClasses.next(text, i, to);
      } else {
        break;
      }
    }
    return i;
  }

  /**
   * Returns where the run of code points with none of the class bits ends that starts at {@code
   * at}.
   */
  static int skipUntil(char[] text, int at, int to, int bits) {
    int stops = bits | SURROGATE;
    int i = at;
    while (i < to) {
      int found = UnicodeClasses.of(text[i]);
      if ((found & stops) == 0) {
        i++;
      } else if (found < 0 && (UnicodeClasses.at(text, i, to) & bits) == 0) {
        i = UnicodeClasses.next(text, i, to);
      } else {
        break;
      }
    }
    return i;
  }

  /**
   * A run as of {@link #skip} with a space in front of it or not; gives {@code at} where it is
   * empty.
   */
  static int skipWithSpace(char[] text, int at, int to, int bits) {
    int start = text[at] == ' ' ? at + 1 : at;
    int end = skip(text, start, to, bits);
    return end > start ? end : at;
  }

  /** {@code [^\s\p{L}\p{N}]*}. */
  static int skipSymbols(char[] text, int at, int to) {
    return skipUntil(text, at, to, LETTER | NUMBER | SPACE);
  }

  /** {@code \p{N}{0,max}}. */
  static int skipNumbers(char[] text, int at, int to, int max) {
    int i = at;
    for (int n = 0; n < max && i < to && (UnicodeClasses.at(text, i, to) & NUMBER) != 0; n++) {
      i = UnicodeClasses.next(text, i, to);
    }
    return i;
  }

  /** {@code [\r\n]*}. */
  static int skipNewlines(char[] text, int at, int to) {
    int i = at;
    while (i < to && isNewline(text[i])) {
      i++;
    }
    return i;
  }

  /**
   * {@code \s+(?!\S)|\s+}, where {@code at} is white space: the last one is left to what follows
   * it.
   */
  static int skipAllButLastSpace(char[] text, int at, int to) {
    int end = skip(text, at, to, SPACE);
    return end == to || end == at + 1 ? end : end - 1;
  }

  /** {@code \s*[\r\n]+}; gives {@code at} where there is none. */
  static int skipThroughLastNewline(char[] text, int at, int to) {
    int end = at;
    for (int i = at; i < to && (UnicodeClasses.of(text[i]) & SPACE) != 0; i++) {
      if (isNewline(text[i])) {
        end = i + 1;
      }
    }
    return end;
  }

  /** {@code 's|'t|'re|'ve|'m|'ll|'d}; gives {@code at} where there is none. */
  static int skipContraction(char[] text, int at, int to) {
    return skipContraction(text, at, to, false);
  }

  /**
   * {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)}; gives {@code at} where there is none. The long s, {@code
   * ſ}, is the one other character that is one of these letters when case does not count.
   */
  static int skipContractionOfAnyCase(char[] text, int at, int to) {
    return skipContraction(text, at, to, true);
  }

  private static int skipContraction(char[] text, int at, int to, boolean anyCase) {
    if (to - at < 2 || text[at] != '\'') {
      return at;
    }
    int third = to - at > 2 ? folded(text[at + 2], anyCase) : 0;
    return switch (folded(text[at + 1], anyCase)) {
      case 's', 't', 'm', 'd' -> at + 2;
      case 'r', 'v' -> third == 'e' ? at + 3 : at;
      case 'l' -> third == 'l' ? at + 3 : at;
      default -> at;
    };
  }

  private static int folded(char c, boolean anyCase) {
    if (!anyCase) {
      return c;
    }
    return c == 'ſ' ? 's' : c | 0x20; // maps A–Z to a–z, and nothing else to a–z
  }

  static boolean isNewline(char c) {
    return c == '\n' || c == '\r';
  }
}
