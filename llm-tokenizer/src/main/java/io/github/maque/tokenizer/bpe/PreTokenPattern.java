package io.github.maque.tokenizer.bpe;

import io.github.maque.tokenizer.IdBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The widespread ways to cut text into pre-tokens, each a regular expression whose matches, one
 * after the other, cover the whole text.
 *
 * <p>None of them runs a regular expression: scanners written by hand find the same pre-tokens as
 * Hugging Face tokenizers do with Oniguruma, with the character classes of Unicode 16.0 on any JDK,
 * in linear time and without allocating.
 */
public enum PreTokenPattern implements PreTokenizer {
  /**
   * GPT-2's, also of {@code r50k_base} and {@code p50k_base}: words, numbers and symbols, each with
   * the space in front of it.
   */
  GPT2(
      new Gpt2Scanner(false),
      "'s|'t|'re|'ve|'m|'ll|'d",
      " ?\\p{L}+",
      " ?\\p{N}+",
      " ?[^\\s\\p{L}\\p{N}]+",
      "\\s+(?!\\S)",
      "\\s+"),

  /**
   * That of GPT-4 as Llama 3 and Hugging Face write it: words with any one character in front of
   * them, numbers in groups of three from the left.
   *
   * <p>It differs from {@link #CL100K_TIKTOKEN} only where a text ends in white space that has a
   * newline in it, but not as its last character: {@code "a\n "} gives {@code "a"}, {@code "\n"},
   * {@code " "} here.
   */
  CL100K(
      new Cl100kScanner(3, false),
      Fragments.CONTRACTION,
      "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+",
      "\\p{N}{1,3}",
      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*",
      "\\s*[\\r\\n]+",
      "\\s+(?!\\S)",
      "\\s+"),

  /**
   * {@code cl100k_base} as tiktoken has it: as {@link #CL100K}, but the white space that ends the
   * text is one pre-token, so that {@code "a\n "} gives {@code "a"}, {@code "\n "}.
   *
   * <p>tiktoken writes it with possessive quantifiers, one of which means something else in Hugging
   * Face's dialect (see {@link #ofTiktoken}); {@link #regex()} gives what means the same in both.
   * With OpenAI's own vocabulary the ids are those of {@link #CL100K}, for it has no token in which
   * a blank stands behind a newline; with others they may not be.
   */
  CL100K_TIKTOKEN(
      new Cl100kScanner(3, true),
      Fragments.CONTRACTION,
      "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+",
      "\\p{N}{1,3}",
      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*",
      "\\s+\\z",
      "\\s*[\\r\\n]+",
      "\\s+(?!\\S)",
      "\\s+"),

  /**
   * That of GPT-4o, {@code o200k_base}: as {@link #CL100K}, but words start at a capital and keep
   * their contraction and their marks. The same in tiktoken and in Hugging Face's files.
   */
  O200K(
      new O200kScanner(),
      "[^\\r\\n\\p{L}\\p{N}]?"
          + Fragments.UPPER
          + "*"
          + Fragments.LOWER
          + "+"
          + Fragments.CONTRACTION
          + "?",
      "[^\\r\\n\\p{L}\\p{N}]?"
          + Fragments.UPPER
          + "+"
          + Fragments.LOWER
          + "*"
          + Fragments.CONTRACTION
          + "?",
      "\\p{N}{1,3}",
      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*",
      "\\s*[\\r\\n]+",
      "\\s+(?!\\S)",
      "\\s+"),

  /** That of Qwen 2 and 3: as {@link #CL100K}, but every number stands alone. */
  QWEN2(
      new Cl100kScanner(1, false),
      Fragments.CONTRACTION,
      "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+",
      "\\p{N}",
      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*",
      "\\s*[\\r\\n]+",
      "\\s+(?!\\S)",
      "\\s+"),

  /**
   * Every number alone, and {@link #GPT2} in what is between them, as in StarCoder and SmolLM. It
   * is Hugging Face's {@code Sequence[Digits(individual_digits=true), ByteLevel(use_regex=true)]},
   * here as one expression.
   */
  DIGITS(
      new Gpt2Scanner(true),
      "'s|'t|'re|'ve|'m|'ll|'d",
      "\\p{N}",
      " ?\\p{L}+",
      " ?[^\\s\\p{L}\\p{N}]+",
      "\\s+(?![^\\s\\p{N}])",
      "\\s+"),

  /**
   * Ours for Chinese with other languages in it: as {@link #QWEN2}, but a run of Han characters
   * stands alone. Nothing is ever glued to it: not Latin letters ({@code 用|iPhone|拍}), not kana,
   * not digits, not punctuation and not spaces. So the vocabulary learns words, and none of them
   * twice for what happened to stand beside it.
   *
   * <p>Where it goes beyond {@link #QWEN2}:
   *
   * <ul>
   *   <li>Han is the script, so {@code 〇} (a number), {@code 々} and radicals belong to the run, as
   *       in {@code 二〇二四年}, and symbols never swallow them.
   *   <li>The one character that a word of another script may have in front of it is a space or a
   *       visible ASCII symbol, as in {@code " the"} and {@code "_name"}, not a Chinese comma or
   *       quote or a tab.
   *   <li>A word keeps its combining marks, as in {@link #O200K}.
   *   <li>White space leaves its last character to what follows only if that is a space and a word
   *       or symbol follows: the two ideographic spaces that indent a paragraph are one pre-token.
   * </ul>
   */
  CHINESE(
      new ChineseScanner(),
      Fragments.CONTRACTION,
      "\\p{Han}+",
      "[ -~&&[^\\p{L}\\p{N}]]?[\\p{L}\\p{M}&&\\P{Han}]+",
      "\\p{N}",
      " ?[^\\s\\p{L}\\p{N}\\p{Han}]+[\\r\\n]*",
      "\\s*[\\r\\n]+",
      "\\s+(?= [^\\s\\p{N}\\p{Han}])",
      "\\s+");

  /** Parts of several of the expressions. */
  private static final class Fragments {
    static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  }

  private final String regex;

  @SuppressWarnings("ImmutableEnumChecker") // scanners have settings, and no state
  private final PatternScanner scanner;

  PreTokenPattern(PatternScanner scanner, String... alternatives) {
    this.regex = String.join("|", alternatives);
    this.scanner = scanner;
  }

  /**
   * Returns the regular expression, in the dialect of a {@code tokenizer.json}. Split by it with
   * behaviour {@code Isolated}, Hugging Face tokenizers give the same pre-tokens.
   */
  public String regex() {
    return regex;
  }

  @Override
  public void split(char[] text, int from, int to, IdBuffer ends) {
    scanner.split(text, from, to, ends);
  }

  @Override
  public boolean alwaysSplitsBetween(char before, char after) {
    return !Character.isSurrogatePair(before, after) && scanner.alwaysSplitsBetween(before, after);
  }

  /**
   * Returns the pattern that a regular expression of a {@code tokenizer.json} stands for, if it is
   * one of these, however it is spelt in the files found in the wild.
   */
  public static Optional<PreTokenPattern> ofRegex(String regex) {
    String plain = plainSpelling(regex);
    return Arrays.stream(values()).filter(p -> p.regex.equals(plain)).findFirst();
  }

  /**
   * Returns the pattern that tiktoken's {@code pat_str} stands for, if it is one of these. Its
   * dialect is another than that of {@link #ofRegex}: {@code \p{N}{1,3}+} are at most three numbers
   * there, and any number of groups of three here.
   */
  public static Optional<PreTokenPattern> ofTiktoken(String pattern) {
    return ofRegex(pattern.replace("\\p{N}{1,3}+", "\\p{N}{1,3}"));
  }

  /**
   * Undoes what makes no difference in these expressions: quantifiers that are possessive though
   * what follows could not take anything back, and shorter ways to say the same. The order matters.
   */
  private static String plainSpelling(String regex) {
    String plain =
        regex
            .replace("[\\p{L}]", "\\p{L}")
            .replace("[\\p{N}]", "\\p{N}")
            .replace("'(?i:[sdmt]|ll|ve|re)", Fragments.CONTRACTION)
            .replace("'(?:[sdmt]|ll|ve|re)", "'s|'t|'re|'ve|'m|'ll|'d")
            .replace("\\p{L}++", "\\p{L}+")
            .replace("\\p{N}++", "\\p{N}+")
            .replace("[^\\s\\p{L}\\p{N}]++", "[^\\s\\p{L}\\p{N}]+")
            .replace("[\\r\\n]*+", "[\\r\\n]*")
            .replace("[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+", "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+")
            .replace("\\s*[\\r\\n]|", "\\s*[\\r\\n]+|");
    if (plain.endsWith("|\\s")) {
      plain += "+";
    } else if (plain.endsWith("|\\s++")) {
      plain = plain.substring(0, plain.length() - 1);
    }
    // Possessive, so that no line but the last can end behind it.
    plain = plain.replace("|\\s++$|", "|\\s+\\z|");
    return plain.equals(GPT2.regex.replace("|\\s+(?!\\S)", "|\\s+\\z|\\s+(?!\\S)"))
        ? GPT2.regex
        : plain;
  }
}
