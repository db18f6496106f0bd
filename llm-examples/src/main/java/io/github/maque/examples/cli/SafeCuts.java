package io.github.maque.examples.cli;

import io.github.maque.tokenizer.AddedToken;
import io.github.maque.tokenizer.Tokenizer;
import io.github.maque.tokenizer.bpe.BpeTokenizer;
import io.github.maque.tokenizer.bpe.Normalizer;
import io.github.maque.tokenizer.bpe.PreTokenizer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds places where UTF-8 text can be cut in two so that both parts have, one after the other, the
 * ids of the whole.
 *
 * <p>Nothing may reach over the cut: no pre-token, no added token, and no step of normalisation. It
 * looks at the two characters beside the cut alone, so that it may say no where a cut would be
 * safe.
 */
final class SafeCuts {
  private static final SafeCuts NONE = new SafeCuts();

  private final PreTokenizer preTokenizer;
  private final boolean normalizes;
  private final boolean possible;

  /** Pairs of neighbouring characters in added tokens, the first one in the upper half. */
  private final Set<Integer> insideTokens = new HashSet<>();

  private final Set<Character> tokenStarts = new HashSet<>();
  private final Set<Character> tokenEnds = new HashSet<>();
  private final boolean tokensTakeSpace;

  /** Returns the cuts that are safe with {@code tokenizer}; none if it is not one of ours. */
  static SafeCuts of(Tokenizer tokenizer) {
    return tokenizer instanceof BpeTokenizer bpe ? new SafeCuts(bpe) : NONE;
  }

  private SafeCuts() {
    preTokenizer = PreTokenizer.none();
    normalizes = false;
    possible = false;
    tokensTakeSpace = false;
  }

  private SafeCuts(BpeTokenizer tokenizer) {
    preTokenizer = tokenizer.preTokenizer();
    Normalizer normalizer = tokenizer.normalizer();
    normalizes = !normalizer.equals(Normalizer.none());
    // Other normalizers, and what else is put in front of a text, would treat every part as a text.
    possible =
        !tokenizer.addsPrefixSpace()
            && !tokenizer.stripsLeadingSpace()
            && List.of(Normalizer.none(), Normalizer.nfc(), Normalizer.nfkc()).contains(normalizer);
    boolean takesSpace = false;
    for (AddedToken token : tokenizer.addedTokens()) {
      addToken(token.content());
      addToken(tokenizer.normalizer().normalize(token.content()));
      takesSpace |= token.leftStrip() || token.rightStrip();
    }
    tokensTakeSpace = takesSpace;
  }

  private void addToken(String content) {
    for (int i = 1; i < content.length(); i++) {
      insideTokens.add(content.charAt(i - 1) << 16 | content.charAt(i));
    }
    if (!content.isEmpty()) {
      tokenStarts.add(content.charAt(0));
      tokenEnds.add(content.charAt(content.length() - 1));
    }
  }

  /**
   * Returns the last place in {@code text[from, to)} that a cut is safe at, or -1.
   *
   * @param from the beginning of a text or a safe cut
   */
  int last(byte[] text, int from, int to) {
    if (!possible) {
      return -1;
    }
    int after = -1;
    for (int at = to - 1; at > from; at--) {
      if ((text[at] & 0xC0) == 0x80) {
        continue;
      }
      after = decode(text, at, to);
      int before = after < 0 ? -1 : decodeBefore(text, from, at);
      if (before >= 0 && isSafe((char) before, (char) after)) {
        return at;
      }
    }
    return -1;
  }

  private boolean isSafe(char before, char after) {
    if (!preTokenizer.alwaysSplitsBetween(before, after)
        || insideTokens.contains(before << 16 | after)
        || tokenEnds.contains(before)
        || tokenStarts.contains(after)) {
      return false;
    }
    if (normalizes && !(isInert(before) && after < 0x80)) {
      return false;
    }
    return !tokensTakeSpace || !(Character.isWhitespace(before) || Character.isWhitespace(after));
  }

  /** Returns whether normalisation leaves the character alone if ASCII follows. */
  private static boolean isInert(char c) {
    return c < 0x80 || c >= 0x4E00 && c <= 0x9FFF || c == '。' || c == '、';
  }

  private static int decodeBefore(byte[] text, int from, int at) {
    int start = at - 1;
    while (start > from && start > at - 3 && (text[start] & 0xC0) == 0x80) {
      start--;
    }
    return start >= from && start + length(text[start]) == at ? decode(text, start, at) : -1;
  }

  /** Returns the character at {@code at} if it is whole, valid and no more than one char, or -1. */
  private static int decode(byte[] text, int at, int to) {
    int first = text[at];
    if (first >= 0) {
      return first;
    }
    int length = length(text[at]);
    if (length == 0 || at + length > to) {
      return -1;
    }
    int value = first & (length == 2 ? 0x1F : 0x0F);
    for (int i = 1; i < length; i++) {
      if ((text[at + i] & 0xC0) != 0x80) {
        return -1;
      }
      value = value << 6 | text[at + i] & 0x3F;
    }
    boolean overlong = value < (length == 2 ? 0x80 : 0x800);
    return overlong || Character.isSurrogate((char) value) ? -1 : value;
  }

  private static int length(byte first) {
    int value = first & 0xFF;
    return value < 0x80 ? 1 : value < 0xC2 ? 0 : value < 0xE0 ? 2 : value < 0xF0 ? 3 : 0;
  }
}
