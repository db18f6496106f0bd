package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.SpecialTokenPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds added tokens in a text: the leftmost, of several there the longest, as Hugging Face's
 * tokenizers do. Immutable.
 */
final class AddedTokenMatcher {
  private final Map<Character, List<Pattern>> byFirst = new HashMap<>();
  private final long[] isFirst = new long[1024];

  /**
   * Creates a matcher.
   *
   * @param tokens the tokens by the text to look for, which normalisation may have changed
   */
  AddedTokenMatcher(Map<String, AddedToken> tokens) {
    List<Pattern> longestFirst = new ArrayList<>();
    tokens.forEach((text, token) -> longestFirst.add(new Pattern(text, token)));
    longestFirst.sort(Comparator.comparingInt((Pattern p) -> p.text().length()).reversed());
    for (Pattern pattern : longestFirst) {
      char first = pattern.text().charAt(0);
      byFirst.computeIfAbsent(first, c -> new ArrayList<>()).add(pattern);
      isFirst[first >>> 6] |= 1L << first;
    }
  }

  private record Pattern(String text, AddedToken token) {}

  /** One place where an added token stands, white space it swallows included. */
  record Match(AddedToken token, int start, int end) {}

  /**
   * Returns all matches in {@code text[from, to)}, in order and without overlap.
   *
   * @throws IllegalArgumentException if the policy forbids a special token that is there
   */
  List<Match> find(char[] text, int from, int to, SpecialTokenPolicy policy) {
    List<Match> matches = List.of();
    int done = from;
    int i = from;
    while (i < to) {
      Pattern pattern = (isFirst[text[i] >>> 6] >>> text[i] & 1) == 0 ? null : at(text, i, to);
      if (pattern == null) {
        i++;
        continue;
      }
      AddedToken token = pattern.token();
      int start = i;
      int end = i + pattern.text().length();
      i = end;
      if (token.special() && policy == SpecialTokenPolicy.AS_TEXT) {
        continue;
      }
      if (token.singleWord() && touchesWord(text, start, end, from, to)) {
        continue;
      }
      if (token.special() && policy == SpecialTokenPolicy.ERROR) {
        throw new IllegalArgumentException(
            "the text contains the special token " + token.content() + " at character " + start);
      }
      if (token.leftStrip()) {
        while (start > done && isWhiteSpace(text[start - 1])) {
          start--;
        }
      }
      if (token.rightStrip()) {
        while (end < to && isWhiteSpace(text[end])) {
          end++;
        }
      }
      if (start < done) {
        start = done; // an earlier token swallowed white space this one begins with
      }
      if (matches.isEmpty()) {
        matches = new ArrayList<>();
      }
      matches.add(new Match(token, start, end));
      done = end;
    }
    return matches;
  }

  private @Nullable Pattern at(char[] text, int at, int to) {
    for (Pattern pattern : byFirst.getOrDefault(text[at], List.of())) {
      if (startsWith(text, at, to, pattern.text())) {
        return pattern;
      }
    }
    return null;
  }

  private static boolean startsWith(char[] text, int at, int to, String content) {
    if (to - at < content.length()) {
      return false;
    }
    for (int i = 0; i < content.length(); i++) {
      if (text[at + i] != content.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean touchesWord(char[] text, int start, int end, int from, int to) {
    return start > from && isWord(Character.codePointBefore(text, start, from))
        || end < to && isWord(Character.codePointAt(text, end, to));
  }

  private static boolean isWhiteSpace(char c) {
    return (UnicodeClasses.of(c) & UnicodeClasses.SPACE) != 0;
  }

  /** The regular-expression class {@code \w}. */
  private static boolean isWord(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.DECIMAL_DIGIT_NUMBER,
          Character.CONNECTOR_PUNCTUATION ->
          true;
      default -> Character.isAlphabetic(codePoint);
    };
  }
}
