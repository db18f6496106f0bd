package io.github.maque.tokenizer.bpe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Writes the resource that {@link UnicodeData} reads. Run it on a JDK of the Unicode version wanted
 * (JDK 25: Unicode 16), with the test class path and the resource's path as the argument:
 *
 * <pre>{@code
 * java -cp … io.github.maque.tokenizer.bpe.UnicodeDataGenerator \
 *     src/main/resources/io/github/maque/tokenizer/bpe/unicode-16.0.txt
 * }</pre>
 *
 * <p>Categories, white space, scripts and case come from {@link Character}. Two lists record what
 * Hugging Face's tables of an older Unicode say, and are asked of its library: its punctuation, and
 * the characters its normalisation leaves alone although Unicode's no longer does.
 */
final class UnicodeDataGenerator {
  private static final int LINE = 100;
  private static final int MADE_FOR_LETTER_COUNT = 141_028;

  private UnicodeDataGenerator() {}

  public static void main(String[] arguments) throws IOException {
    long letters = codePoints().filter(Character::isLetter).count();
    if (letters != MADE_FOR_LETTER_COUNT) {
      throw new IllegalStateException(
          "this JDK's Unicode has "
              + letters
              + " letters, Unicode 16.0 has "
              + MADE_FOR_LETTER_COUNT);
    }
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # Properties of Unicode 16.0.0, which Hugging Face tokenizers use (Oniguruma of onig_sys
        # 69.9.1). Made by UnicodeDataGenerator (src/test/java) on JDK 25; do not edit. UnicodeData
        # tells what the sections mean. Derived from the Unicode Character Database, Copyright
        # Unicode, Inc., under the Unicode License v3, https://www.unicode.org/license.txt
        """);
    section(out, "category", "", categories());
    section(out, "white space", " ", ranges(UnicodeDataGenerator::isWhiteSpace));
    section(
        out, "han", " ", ranges(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN));
    section(out, "alphabetic symbols", " ", ranges(UnicodeDataGenerator::isAlphabeticSymbol));
    section(out, "lower case", " ", lowerCase());
    section(out, "hugging face punctuation", " ", ranges(huggingFacePunctuation()::get));
    section(out, "hugging face decomposed", " ", ranges(decomposed()::get));
    section(out, "hugging face unnormalized", " ", ranges(unnormalized()::get));
    Files.writeString(Path.of(arguments[0]), out, StandardCharsets.US_ASCII);
  }

  private static IntStream codePoints() {
    return IntStream.rangeClosed(0, Character.MAX_CODE_POINT);
  }

  private static void section(
      StringBuilder out, String name, String separator, List<String> items) {
    out.append('[').append(name).append("]\n");
    int column = 0;
    for (String item : items) {
      if (column + separator.length() + item.length() > LINE) {
        out.append('\n');
        column = 0;
      }
      String text = column == 0 ? item : separator + item;
      out.append(text);
      column += text.length();
    }
    out.append('\n');
  }

  /** Runs of one category: its letter, and the decimal length of the run unless that is 1. */
  private static List<String> categories() {
    List<String> items = new ArrayList<>();
    for (int c = 0; c <= Character.MAX_CODE_POINT; ) {
      int start = c;
      char category = JdkUnicode.categoryInJdk(c);
      while (c <= Character.MAX_CODE_POINT && JdkUnicode.categoryInJdk(c) == category) {
        c++;
      }
      items.add(category + (c - start > 1 ? String.valueOf(c - start) : ""));
    }
    return items;
  }

  private static boolean isWhiteSpace(int codePoint) {
    return Character.isSpaceChar(codePoint)
        || (codePoint >= 9 && codePoint <= 13)
        || codePoint == 0x85;
  }

  /** Alphabetic, but neither letter, mark nor number: circled letters and their like. */
  private static boolean isAlphabeticSymbol(int codePoint) {
    return Character.isAlphabetic(codePoint) && JdkUnicode.categoryInJdk(codePoint) == 'S';
  }

  /** Ranges {@code first-last}, the last left out where the range is one code point. */
  private static List<String> ranges(IntPredicate contains) {
    List<String> items = new ArrayList<>();
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (contains.test(c)) {
        int first = c;
        while (c < Character.MAX_CODE_POINT && contains.test(c + 1)) {
          c++;
        }
        items.add(hex(first) + (c > first ? "-" + hex(c) : ""));
      }
    }
    return items;
  }

  /** Ranges with the distance to the lower-case letter: {@code first-last/step=first'}. */
  private static List<String> lowerCase() {
    List<String> items = new ArrayList<>();
    int[] upper = codePoints().filter(c -> Character.toLowerCase(c) != c && c != 0x130).toArray();
    for (int i = 0; i < upper.length; ) {
      int first = i;
      int distance = Character.toLowerCase(upper[i]) - upper[i];
      int step = 0;
      while (i + 1 < upper.length
          && Character.toLowerCase(upper[i + 1]) - upper[i + 1] == distance
          && upper[i + 1] - upper[i] <= 2
          && (step == 0 || step == upper[i + 1] - upper[i])) {
        step = upper[i + 1] - upper[i];
        i++;
      }
      String range = hex(upper[first]) + (i > first ? "-" + hex(upper[i]) : "");
      items.add(range + (step > 1 ? "/" + step : "") + "=" + hex(upper[first] + distance));
      i++;
    }
    return items;
  }

  private static BitSet huggingFacePunctuation() {
    try (HuggingFaceJudge judge =
        HuggingFaceJudge.splitting("{\"type\":\"Punctuation\",\"behavior\":\"Removed\"}")) {
      return judge.removedCodePoints();
    }
  }

  /** What Hugging Face's NFKD changes. */
  private static BitSet decomposed() {
    BitSet set = new BitSet();
    int[] all = HuggingFaceJudge.allCodePoints();
    List<String> texts = Arrays.stream(all).mapToObj(Character::toString).toList();
    try (HuggingFaceJudge judge = HuggingFaceJudge.normalizing("{\"type\":\"NFKD\"}")) {
      List<String> theirs = judge.normalizeLines(texts);
      for (int i = 0; i < all.length; i++) {
        set.set(all[i], !theirs.get(i).equals(texts.get(i)));
      }
    }
    return set;
  }

  /**
   * What this JDK's normalisation changes, orders or composes and Hugging Face's does not, for its
   * tables are of Unicode 9.
   */
  private static BitSet unnormalized() {
    BitSet set = new BitSet();
    int[] all = HuggingFaceJudge.allCodePoints();
    for (Normalizer.Form form : Normalizer.Form.values()) {
      compare(set, form, all, "", "");
    }
    // Marks are ordered by their combining class: 1 for U+0334, 240 for U+0345.
    compare(set, Normalizer.Form.NFD, all, "a", "\u0334");
    compare(set, Normalizer.Form.NFD, all, "a\u0345", "");
    return set;
  }

  private static void compare(
      BitSet set, Normalizer.Form form, int[] codePoints, String before, String after) {
    List<String> texts = new ArrayList<>();
    for (int c : codePoints) {
      texts.add(before + Character.toString(c) + after);
    }
    try (HuggingFaceJudge judge =
        HuggingFaceJudge.normalizing("{\"type\":\"" + form.name() + "\"}")) {
      List<String> theirs = judge.normalizeLines(texts);
      for (int i = 0; i < codePoints.length; i++) {
        String ours = Normalizer.normalize(texts.get(i), form);
        if (!ours.equals(theirs.get(i))) {
          set.set(codePoints[i]);
          if (before.isEmpty() && form == Normalizer.Form.NFD) {
            // Without its first part, the character is not composed either.
            set.set(ours.codePointAt(0));
          }
        }
      }
    }
  }

  private static String hex(int codePoint) {
    return Integer.toHexString(codePoint);
  }
}
