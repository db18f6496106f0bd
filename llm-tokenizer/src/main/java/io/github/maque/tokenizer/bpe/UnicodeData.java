package io.github.maque.tokenizer.bpe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

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
 *   <li>{@code hugging face unnormalized}: what normalisation of Unicode 16 changes, reorders or
 *       composes, and that of Hugging Face, of Unicode 9, leaves as it is.
 * </ul>
 */
final class UnicodeData {
  private static final String RESOURCE = "unicode-16.0.txt";

  /** Takes a run of code points of one category. */
  @FunctionalInterface
  interface CategoryRun {
    void accept(int first, int last, char category);
  }

  /**
   * Every {@code step}-th code point from first to last has a lower case {@code distance} above it.
   */
  record CaseRange(int first, int last, int step, int distance) {}

  private UnicodeData() {}

  /** Passes the runs of the section {@code category} in order. */
  static void categories(CategoryRun visitor) {
    String runs = section("category").replace("\n", "");
    int first = 0;
    for (int i = 0; i < runs.length(); ) {
      char category = runs.charAt(i++);
      int length = 0;
      while (i < runs.length() && Character.digit(runs.charAt(i), 10) >= 0) {
        length = 10 * length + Character.digit(runs.charAt(i++), 10);
      }
      int last = first + Math.max(1, length) - 1;
      visitor.accept(first, last, category);
      first = last + 1;
    }
  }

  /** Returns the code points of a section of ranges. */
  static BitSet set(String section) {
    BitSet set = new BitSet();
    for (String range : section(section).split("\\s")) {
      int dash = range.indexOf('-');
      int first = hex(dash < 0 ? range : range.substring(0, dash));
      int last = dash < 0 ? first : hex(range.substring(dash + 1));
      set.set(first, last + 1);
    }
    return set;
  }

  /** Returns the ranges of the section {@code lower case} in order. */
  static List<CaseRange> lowerCase() {
    List<CaseRange> ranges = new ArrayList<>();
    for (String range : section("lower case").split("\\s")) {
      String[] parts = range.split("[-/=]");
      int first = hex(parts[0]);
      int last = range.indexOf('-') < 0 ? first : hex(parts[1]);
      int step = range.indexOf('/') < 0 ? 1 : hex(parts[2]);
      ranges.add(new CaseRange(first, last, step, hex(parts[parts.length - 1]) - first));
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
