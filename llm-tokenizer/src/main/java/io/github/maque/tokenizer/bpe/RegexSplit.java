package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits by any regular expression in Oniguruma's dialect, that of {@code tokenizer.json}, run by
 * {@code java.util.regex}: for patterns that are none of {@link PreTokenPattern}.
 *
 * <p>The dialect is translated ({@link OnigurumaSyntax} lists what is); what has no counterpart is
 * refused when the object is made. Categories such as {@code \p{L}} are those of Unicode 16 on any
 * JDK. Two differences remain: scripts other than Han are those of the JDK's Unicode version, and
 * case-insensitive matching does not equate {@code ß} with {@code ss} and its like. Time and stack
 * are those of a backtracking engine.
 */
public final class RegexSplit implements PreTokenizer {
  private final String regex;
  private final SplitBehavior behavior;
  private final boolean invert;
  private final Pattern pattern;

  /**
   * Creates the pre-tokenizer; {@link PreTokenizer#regex(String, SplitBehavior, boolean)} may know
   * a faster one.
   *
   * @param regex the regular expression, in Oniguruma's dialect
   * @param behavior what becomes of the delimiters
   * @param invert whether the delimiters are what does not match
   * @throws IllegalArgumentException if the expression is wrong or not supported
   */
  public RegexSplit(String regex, SplitBehavior behavior, boolean invert) {
    this.regex = regex;
    this.behavior = behavior;
    this.invert = invert;
    this.pattern = OnigurumaSyntax.compile(regex);
  }

  /** Returns the regular expression as it was given. */
  public String regex() {
    return regex;
  }

  /** Returns what becomes of the delimiters. */
  public SplitBehavior behavior() {
    return behavior;
  }

  /** Returns whether the delimiters are what does not match. */
  public boolean invert() {
    return invert;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@code java.util.regex} runs out of stack on this text
   */
  @Override
  public void split(char[] text, int from, int to, IdBuffer ends) {
    if (from >= to) {
      return;
    }
    int size = ends.size();
    PieceCollector pieces = new PieceCollector(behavior, invert, from, ends);
    Matcher matcher = pattern.matcher(CharRange.forRegex(text, from, to));
    try {
      int lastEnd = -1;
      while (matcher.find()) {
        if (counts(matcher, text, from, to, lastEnd)) {
          pieces.match(from + matcher.start(), from + matcher.end());
          lastEnd = matcher.end();
        }
      }
    } catch (StackOverflowError e) {
      ends.truncate(size);
      throw outOfStack(regex, to - from, e);
    }
    pieces.finish(to);
  }

  /**
   * Returns whether a match counts in Hugging Face's loop: an empty one right behind a match does
   * not. Neither does one between the halves of a character, where only Java finds one.
   */
  static boolean counts(Matcher matcher, char[] text, int from, int to, int lastEnd) {
    int start = matcher.start();
    if (matcher.end() > start) {
      return true;
    }
    return start != lastEnd && (start == 0 || !Surrogates.isPair(text, from + start - 1, to));
  }

  static IllegalArgumentException outOfStack(String regex, int length, StackOverflowError cause) {
    return new IllegalArgumentException(
        "java.util.regex needs more stack than this thread has for the pattern "
            + regex
            + " on a text of "
            + length
            + " characters; give the thread a larger stack or the text in parts",
        cause);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RegexSplit that
        && regex.equals(that.regex)
        && behavior == that.behavior
        && invert == that.invert;
  }

  @Override
  public int hashCode() {
    return Objects.hash(regex, behavior, invert);
  }

  @Override
  public String toString() {
    return "RegexSplit[regex=" + regex + ", behavior=" + behavior + ", invert=" + invert + "]";
  }
}
