package io.github.maque.tokenizer.bpe;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts one text in the place of another or of what matches: Hugging Face's {@code Replace}. */
public final class ReplaceNormalizer extends Normalizer {
  private final String pattern;
  private final boolean isRegex;
  private final String replacement;

  /** For a text to replace, it matches that text. */
  private final Pattern compiled;

  ReplaceNormalizer(String pattern, boolean isRegex, String replacement) {
    if (pattern.isEmpty()) {
      throw new IllegalArgumentException("the text to replace must not be empty");
    }
    this.pattern = pattern;
    this.isRegex = isRegex;
    this.replacement = replacement;
    this.compiled =
        isRegex ? OnigurumaSyntax.compile(pattern) : Pattern.compile(pattern, Pattern.LITERAL);
  }

  /** Returns what is replaced: a text, or a regular expression if {@link #isRegex()}. */
  public String pattern() {
    return pattern;
  }

  /** Returns whether {@link #pattern()} is a regular expression. */
  public boolean isRegex() {
    return isRegex;
  }

  /** Returns what is put in its place. */
  public String replacement() {
    return replacement;
  }

  @Override
  void apply(TextBuffer text) {
    if (!isRegex && pattern.length() == 1 && replacement.length() == 1) {
      replaceChar(text, pattern.charAt(0), replacement.charAt(0));
    } else {
      replaceMatches(text);
    }
  }

  private static void replaceChar(TextBuffer text, char from, char to) {
    char[] chars = text.chars();
    int length = text.length();
    for (int i = 0; i < length; i++) {
      if (chars[i] == from) {
        chars[i] = to;
      }
    }
  }

  private void replaceMatches(TextBuffer text) {
    int length = text.length();
    if (length == 0) {
      return;
    }
    Matcher matcher = compiled.matcher(CharRange.forRegex(text.chars(), 0, length));
    int kept = 0;
    int lastEnd = -1;
    boolean rewrites = false;
    try {
      while (matcher.find()) {
        if (!RegexSplit.counts(matcher, text.chars(), 0, length, lastEnd)) {
          continue;
        }
        if (!rewrites) {
          text.beginRewrite();
          rewrites = true;
        }
        text.keep(kept, matcher.start());
        text.put(replacement, matcher.start(), matcher.end());
        kept = matcher.end();
        lastEnd = kept;
      }
    } catch (StackOverflowError e) {
      throw RegexSplit.outOfStack(pattern, length, e);
    }
    if (rewrites) {
      text.keep(kept, length);
      text.endRewrite();
    }
  }

  @Override
  List<?> settings() {
    return List.of(pattern, isRegex, replacement);
  }
}
