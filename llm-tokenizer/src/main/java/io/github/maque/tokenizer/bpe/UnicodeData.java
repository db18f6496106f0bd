package io.github.maque.tokenizer.bpe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.StringTokenizer;

/**
 * Reads the Unicode properties that come with the library, so that ids do not depend on the Unicode
 * version of the JDK they are computed on.
 *
 * <p>The version is 16.0, that of the regular expressions of Hugging Face tokenizers (crate {@code
 * onig} 6.5, tokenizers 0.21 to 0.23) and of tiktoken 0.14; tests compare every code point. The
 * file has sections, each read by the one class that needs it:
 *
 * <ul>
 *   <li>{@code category}: runs of general categories from U+0000 on, each a letter and the decimal
 *       length of the run unless it is 1. {@code u l t m o} are Lu, Ll, Lt, Lm, Lo; {@code d n r}
 *       are Nd, Nl, No; {@code M} marks, {@code c} connector punctuation, {@code P} other
 *       punctuation, {@code S} symbols, {@code Z} separators, {@code x} unassigned, {@code C} the
 *       rest.
 *   <li>{@code white space}, {@code han}, {@code alphabetic symbols}: ranges of hexadecimal code
 *       points with the property White_Space, with the script Han, and with the property Alphabetic
 *       without being letter, mark or number.
 *   <li>{@code lower case}: ranges {@code first-last/step=lower}, {@code lower} being the lower
 *       case of {@code first}.
 *   <li>{@code hugging face punctuation}: what the pre-tokenizer {@code Punctuation} of Hugging
 *       Face takes for punctuation, from an older Unicode.
 *   <li>{@code hugging face decomposed}: what its NFKD, of Unicode 9, changes.
 *   <li>{@code hugging face unnormalized}: what normalisation of Unicode 16 changes, reorders or
 *       composes, and its own leaves as it is.
 * </ul>
 */
final class UnicodeData {
  private static final String RESOURCE = "unicode-16.0.txt";

  /**
   * Every {@code step}-th code point from first to last has a lower case {@code distance} above it.
   */
  record CaseRange(int first, int last, int step, int distance) {}

  private UnicodeData() {}

  /** Returns the letter of the category of every code point. */
  static byte[] categories() {
    byte[] categories = new byte[Character.MAX_CODE_POINT + 1];
    String runs = section("category").replace("\n", "");
    int codePoint = 0;
    for (int i = 0; i < runs.length(); ) {
      byte category = (byte) runs.charAt(i++);
      int length = 0;
      while (i < runs.length() && Character.digit(runs.charAt(i), 10) >= 0) {
        length = 10 * length + Character.digit(runs.charAt(i++), 10);
      }
      int end = codePoint + Math.max(1, length);
      Arrays.fill(categories, codePoint, end, category);
      codePoint = end;
    }
    if (codePoint != categories.length) {
      throw new IllegalStateException(
          RESOURCE + " has categories for " + codePoint + " characters");
    }
    return categories;
  }

  /** Returns the code points of a section of ranges. */
  static BitSet set(String section) {
    BitSet set = new BitSet();
    for (StringTokenizer ranges = new StringTokenizer(section(section)); ranges.hasMoreTokens(); ) {
      StringTokenizer range = new StringTokenizer(ranges.nextToken(), "-");
      int first = hex(range.nextToken());
      int last = range.hasMoreTokens() ? hex(range.nextToken()) : first;
      set.set(first, last + 1);
    }
    return set;
  }

  /** Returns the ranges of the section {@code lower case} in order. */
  static List<CaseRange> lowerCase() {
    List<CaseRange> ranges = new ArrayList<>();
    StringTokenizer items = new StringTokenizer(section("lower case"));
    while (items.hasMoreTokens()) {
      String item = items.nextToken();
      StringTokenizer numbers = new StringTokenizer(item, "-/=");
      int first = hex(numbers.nextToken());
      int last = item.indexOf('-') < 0 ? first : hex(numbers.nextToken());
      int step = item.indexOf('/') < 0 ? 1 : hex(numbers.nextToken());
      ranges.add(new CaseRange(first, last, step, hex(numbers.nextToken()) - first));
    }
    return ranges;
  }

  private static int hex(String digits) {
    return Integer.parseInt(digits, 16);
  }

  private static String section(String name) {
    String header = "\n[" + name + "]\n";
    String text = text();
    int start = text.indexOf(header);
    if (start < 0) {
      throw new IllegalStateException(RESOURCE + " has no section " + name);
    }
    start += header.length();
    int end = text.indexOf("\n[", start);
    return text.substring(start, end < 0 ? text.length() : end).strip();
  }

  private static String text() {
    try (InputStream in = UnicodeData.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the library's resource " + RESOURCE + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the library's resource " + RESOURCE, e);
    }
  }
}
