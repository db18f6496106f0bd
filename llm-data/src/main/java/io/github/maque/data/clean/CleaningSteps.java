package io.github.maque.data.clean;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The steps there are, and how to make others of a function.
 *
 * <p>Characters are Unicode code points everywhere. A step that changes texts gives the same string
 * object back where there is nothing to change, and changes nothing when it is applied again.
 * Shares are between 0 and 1.
 */
public final class CleaningSteps {
  private CleaningSteps() {}

  /**
   * Returns canonical composition, Unicode's NFC, as the tokenizer's {@code Normalizer.nfc()} does
   * it: the same on every JDK. It makes one character of a letter and its accent and replaces
   * compatibility ideographs by the ordinary ones; what only looks different, such as full-width
   * letters, stays. Unpaired surrogates become U+FFFD.
   */
  public static CleaningStep normalizeUnicode() {
    return map("normalizeUnicode(nfc)", CanonicalComposition::compose);
  }

  /**
   * Makes the full-width forms of the letters A–Z and a–z and the digits 0–9 half as wide, that is
   * ASCII, and an ideographic space (U+3000) a space. Everything else stays as wide as it is: above
   * all the Chinese marks {@code ，。！？：；（）}, whose ASCII look-alikes are other marks in Chinese
   * text, but also {@code ％ ～} and their like, and half-width katakana.
   */
  public static CleaningStep normalizeWidth() {
    return map("normalizeWidth(letters, digits, space)", FullWidth::narrow);
  }

  /**
   * Removes what cannot be seen or stands for nothing, and makes a line feed of every kind of line
   * end.
   *
   * <ul>
   *   <li>CR LF, CR, vertical tab, form feed, NEL (U+0085) and the line and paragraph separators
   *       U+2028 and U+2029 become one line feed each.
   *   <li>Removed are all other C0 and C1 controls but the tab, soft hyphens, zero-width spaces,
   *       the byte order mark, word joiners and other invisible operators, marks of writing
   *       direction, interlinear annotation, the object placeholder U+FFFC, tag characters (which
   *       can hide text) with everything else in U+E0000 to U+E0FFF, private use characters,
   *       noncharacters, and unpaired surrogates.
   *   <li>A zero-width joiner stays between two symbols, where it makes one emoji of two, and it
   *       and the zero-width non-joiner stay behind letters and marks of U+0600 to U+109F and
   *       U+1780 to U+18AF, Arabic to Mongolian, where they are part of the spelling. The variation
   *       selectors 15 and 16 stay behind a symbol and in keycaps. All others of U+FE00 to U+FE0F
   *       are removed.
   *   <li>The replacement character U+FFFD stays: it tells that the text was damaged earlier.
   * </ul>
   */
  public static CleaningStep removeControlCharacters() {
    return map("removeControlCharacters", ControlCharacters::remove);
  }

  /**
   * Shortens white space, that is Unicode's White_Space, the ideographic space and all line ends
   * included: none at either end of the text, and every other run of it becomes two line feeds if
   * there are at least two line ends in it, one if there is one, and a space if there is none. So
   * lines are neither indented nor followed by spaces, and paragraphs are at most one empty line
   * apart.
   */
  public static CleaningStep collapseWhitespace() {
    return map("collapseWhitespace", WhiteSpace::collapse);
  }

  /**
   * Drops a text of fewer than {@code min} or more than {@code max} characters, for the reasons
   * {@code too short} and {@code too long}.
   */
  public static CleaningStep length(int min, int max) {
    if (min < 0 || max < min) {
      throw new IllegalArgumentException(
          "length must be a range within 0 and 2^31 - 1, got " + min + " to " + max);
    }
    return new Step(
        "length(" + min + ".." + max + ")",
        text -> {
          int length = text.codePointCount(0, text.length());
          return length < min
              ? Verdict.drop("too short")
              : length > max ? Verdict.drop("too long") : Verdict.keep(text);
        });
  }

  /**
   * Drops a text in which more than {@code maxShare} of the characters are in lines that occurred
   * before. The first occurrence of a line does not count, nor do line feeds; lines are compared as
   * they are.
   *
   * <p>This is the share of characters in duplicate lines of Rae et al., "Scaling Language Models"
   * (Gopher, 2021), table A1, where at most 0.2 are allowed; FineWeb allows 0.01 of web pages.
   */
  public static CleaningStep repeatedLines(double maxShare) {
    requireShare("maxShare", maxShare);
    return filter(
        "repeatedLines(" + maxShare + ")",
        "lines repeated",
        text -> Repetition.ofLines(text) <= maxShare);
  }

  /**
   * Drops a text in which more than {@code maxShare} of the characters are covered by runs of
   * {@code n} characters that occurred before. A run counts from its second occurrence on, which
   * may overlap the first; a character that several such runs cover counts once. All characters
   * count, white space and punctuation too. Of a text of more than 2<sup>20</sup> characters the
   * first 2<sup>20</sup> are looked at.
   *
   * <p>This is the rule for duplicate n-grams of Rae et al., "Scaling Language Models" (Gopher,
   * 2021), table A1, for characters instead of words, which Chinese does not separate. Ten
   * characters are about six words.
   *
   * @param n how long the runs are, 2 to 1,000
   */
  public static CleaningStep repeatedNgrams(int n, double maxShare) {
    if (n < 2 || n > Repetition.MAX_NGRAM) {
      throw new IllegalArgumentException(
          "n must be between 2 and " + Repetition.MAX_NGRAM + ", got " + n);
    }
    requireShare("maxShare", maxShare);
    return filter(
        "repeatedNgrams(" + n + ", " + maxShare + ")",
        "text repeated",
        text -> Repetition.ofNgrams(text, n) <= maxShare);
  }

  /**
   * Drops a text in which fewer than {@code min} of the letters and digits are Han characters
   * (Unicode's script Han). White space, punctuation and symbols do not count. The share of a text
   * without letters and digits is 0.
   */
  public static CleaningStep hanShare(double min) {
    requireShare("min", min);
    return filter(
        "hanShare(" + min + ")", "too few Han characters", text -> HanScript.share(text) >= min);
  }

  /**
   * Returns a step that drops the texts that {@code keep} does not hold for.
   *
   * @param name what the step does, with its parameters; see {@link CleaningStep#name}
   * @param reason why a text is dropped, in a few words
   * @param keep safe for many threads, and always the same for the same text
   */
  public static CleaningStep filter(String name, String reason, Predicate<String> keep) {
    Objects.requireNonNull(keep, "keep");
    Verdict drop = Verdict.drop(reason);
    return new Step(name, text -> keep.test(text) ? Verdict.keep(text) : drop);
  }

  /**
   * Returns a step that changes texts.
   *
   * @param name what the step does, with its parameters; see {@link CleaningStep#name}
   * @param change safe for many threads, and always the same for the same text
   */
  public static CleaningStep map(String name, UnaryOperator<String> change) {
    Objects.requireNonNull(change, "change");
    return new Step(name, text -> Verdict.keep(change.apply(text)));
  }

  private static void requireShare(String name, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(name + " must be between 0 and 1, got " + share);
    }
  }

  private record Step(String name, Function<String, Verdict> rule) implements CleaningStep {
    Step {
      if (name.isBlank()) {
        throw new IllegalArgumentException("name must not be blank");
      }
    }

    @Override
    public Verdict apply(String text) {
      return rule.apply(text);
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
