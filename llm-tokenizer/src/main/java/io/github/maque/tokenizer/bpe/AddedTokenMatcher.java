package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.SpecialTokenPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds added tokens in a text: the leftmost, of several there the longest, as Hugging Face's
 * tokenizers do. Immutable.
 */
final class AddedTokenMatcher {
  private final Node root = new Node();

  /** Which chars a token can begin with, one bit each, so that other text is passed over fast. */
  private final long[] isFirst = new long[1024];

  /**
   * Creates a matcher.
   *
   * @param tokens the tokens by the text to look for, which normalisation may have changed
   */
  AddedTokenMatcher(Map<String, AddedToken> tokens) {
    tokens.forEach(
        (text, token) -> {
          Node node = root;
          for (int i = 0; i < text.length(); i++) {
            node = node.next.computeIfAbsent(text.charAt(i), c -> new Node());
          }
          node.pattern = new Pattern(text, token);
          isFirst[text.charAt(0) >>> 6] |= 1L << text.charAt(0);
        });
  }

  private record Pattern(String text, AddedToken token) {}

  /** A beginning of tokens. */
  private static final class Node {
    final Map<Character, Node> next = new HashMap<>();
    @Nullable Pattern pattern;
  }

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

  /** The longest token that begins at {@code at}. */
  private @Nullable Pattern at(char[] text, int at, int to) {
    Pattern longest = null;
    Node node = root.next.get(text[at]);
    for (int i = at + 1; node != null; i++) {
      if (node.pattern != null) {
        longest = node.pattern;
      }
      node = i < to ? node.next.get(text[i]) : null;
    }
    return longest;
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
