package io.github.maque.data.clean;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/** How much of a text was in it before. */
final class Repetition {
  static final int MAX_NGRAM = 1000;

  /** How many characters are looked at for n-grams: they need up to 16 MiB. */
  private static final int MAX_CHARACTERS = 1 << 20;

  /**
   * The base of the rolling hash: another in every process, so that nobody can write a text whose
   * hashes all fall together. Results do not depend on it, as what has equal hashes is compared.
   */
  private static final long BASE = new SplittableRandom().nextLong() | 1;

  private Repetition() {}

  /** Returns the share of the characters that are in lines that occurred before. */
  static double ofLines(String text) {
    if (text.indexOf('\n') < 0) {
      return 0;
    }
    Set<String> seen = new HashSet<>();
    long all = 0;
    long repeated = 0;
    for (int from = 0; from < text.length(); ) {
      int lineFeed = text.indexOf('\n', from);
      int to = lineFeed < 0 ? text.length() : lineFeed;
      int characters = text.codePointCount(from, to);
      all += characters;
      repeated += seen.add(text.substring(from, to)) ? 0 : characters;
      from = to + 1;
    }
    return all == 0 ? 0 : (double) repeated / all;
  }

  /**
   * Returns the share of the characters that are covered by runs of {@code n} characters that
   * occurred before. The time is in proportion to the text, and where that repeats itself {@code n}
   * times as much.
   */
  static double ofNgrams(String text, int n) {
    int[] characters = characters(text);
    int runs = characters.length - n + 1;
    if (runs < 2) {
      return 0;
    }
    // Where each different run begins, plus one, in a hash table that is at most half full.
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(2 * runs - 1);
    int[] firsts = new int[1 << bits];
    long hash = 0;
    long outgoing = 1;
    for (int i = 0; i < n; i++) {
      hash = hash * BASE + characters[i];
      outgoing *= BASE;
    }
    int covered = 0;
    int coveredTo = 0;
    for (int i = 0; ; i++) {
      int slot = (int) (hash * 0x9E3779B97F4A7C15L >>> Long.SIZE - bits);
      while (firsts[slot] != 0 && !areEqual(characters, firsts[slot] - 1, i, n)) {
        slot = slot + 1 & firsts.length - 1;
      }
      if (firsts[slot] == 0) {
        firsts[slot] = i + 1;
      } else {
        covered += i + n - Math.max(i, coveredTo);
        coveredTo = i + n;
      }
      if (i == runs - 1) {
        return (double) covered / characters.length;
      }
      hash = hash * BASE + characters[i + n] - characters[i] * outgoing;
    }
  }

  private static boolean areEqual(int[] characters, int a, int b, int n) {
    for (int i = 0; i < n; i++) {
      if (characters[a + i] != characters[b + i]) {
        return false;
      }
    }
    return true;
  }

  private static int[] characters(String text) {
    int[] characters = new int[Math.min(text.length(), MAX_CHARACTERS)];
    int count = 0;
    for (int i = 0; i < text.length() && count < characters.length; count++) {
      int c = text.codePointAt(i);
      characters[count] = c;
      i += Character.charCount(c);
    }
    return count == characters.length ? characters : Arrays.copyOf(characters, count);
  }
}
