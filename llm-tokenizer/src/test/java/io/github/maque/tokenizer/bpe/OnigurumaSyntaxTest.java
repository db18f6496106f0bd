package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Translated expressions against Oniguruma itself, through Hugging Face's {@code Split}. */
class OnigurumaSyntaxTest {
  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "aaaaaab",
          "ab1 2c\nd e\n\nf",
          "12345 1２³ ½ Ⅷ",
          "a b\u00A0c\u3000d\te\u000Bf\u0085g\u2028h",
          "Don't WE'LL 'ſ K ss",
          "中文、Latin，かな カナ 한국 Ελ",
          "e\u0301x e\u0301 \uD83D\uDE00!",
          "zf09 {1} [x] #a-b &&c",
          "ab\r\ncd\u0000ef\b\u001B",
          "$100 + 5 < 6 ^ `x` | ~_ ！＋");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\s+",
        "\\S",
        "[^\\s]",
        "\\w+",
        "\\d",
        "\\D+",
        "\\b",
        "\\h+",
        "\\H",
        "\\v",
        "\\e",
        "[\\b]",
        "\\R",
        "\\x{4e2d}",
        "\\u4e2d",
        "\\x41|\\x61",
        "\\101",
        "\\0",
        "\\p{L}+",
        "\\P{L}+",
        "\\p{^L}",
        "\\W",
        "\\B",
        "\\p{Word}",
        "[[:word:]]",
        "\\p{Lu}|\\p{Ll}",
        "\\p{letter}",
        "\\p{Uppercase_Letter}",
        "\\p{Han}+",
        "\\p{han}",
        "\\P{Han}",
        "\\p{^Han}",
        "[\\p{Hiragana}\\p{Katakana}]+",
        "\\p{Greek}",
        "\\p{Hangul}",
        "[\\p{L}\\p{M}&&\\P{Han}]+",
        "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+",
        "[ -~&&[^\\p{L}\\p{N}]]",
        "[a-c&&b-d]",
        "[^a[b-d]]",
        "[\\p{^L}&&\\S]",
        "\\p{Alpha}+",
        "\\p{Digit}",
        "\\p{Space}",
        "\\p{Upper}",
        "\\p{Punct}",
        "\\p{Any}",
        "\\p{ASCII}+",
        "[[:alpha:]]+",
        "[[:digit:]]",
        "[[:space:]]+",
        "[[:punct:]]",
        "[[:^alpha:]]",
        "[[:upper:][:digit:]]+",
        "[[:xdigit:]]+",
        "[[:alnum:]_]+",
        "[]a]",
        "[^]a]",
        "a{2}",
        "a{2,}",
        "a{,2}",
        "a{2,3}",
        "a{2}?",
        "a{2}+",
        "a{2,3}+",
        "a{2,3}?",
        "(?:ab|a){2}?b",
        "\\p{N}{1,3}+",
        "[a-z]{2}+",
        "a++b",
        "a*+",
        "a?+",
        "^.",
        ".$",
        ".",
        "(?m:.+)",
        "(?m).+",
        "\\A.",
        ".\\z",
        ".\\Z",
        "(?<=a)b",
        "(?<!a)b",
        "a(?=b)",
        "a(?!b)",
        "(?>a+)b",
        "(?:a|b)+",
        "(a)\\1",
        "(?<x>a)\\k<x>",
        "(?i:don't)",
        "(?i)A|B",
        "(?i:k|s)",
        "(?#note)a",
        "a|(?i)B",
        "x*",
        "|a",
        "\\-|\\#|\\&|\\~|\\{",
        "\\q",
        " ?[^(\\s|[.,!?…。，、।۔،])]+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|\\p{P}+"
      })
  void matchesWhatOnigurumaMatches(String regex) {
    RegexSplit ours = new RegexSplit(regex, SplitBehavior.ISOLATED, false);
    try (HuggingFaceJudge judge = HuggingFaceJudge.splittingBy(regex, "Isolated", false)) {
      List<int[]> theirs = judge.spans(TEXTS);
      for (int i = 0; i < TEXTS.size(); i++) {
        String text = TEXTS.get(i);
        assertThat(PreTokens.texts(ours, text))
            .as(OnigurumaSyntax.translate(regex))
            .isEqualTo(PreTokens.texts(theirs.get(i), text));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\\Kb",
        "(?<n>a)\\g<n>",
        "(?~a)",
        "(?(1)a|b)",
        "\\xE4",
        "\\377",
        "\\p{Nonsense}",
        "[[:nonsense:]]",
        "a(?i)b|c",
        "\\y",
        "\\M-x",
        "[a",
        "(a",
        "a\\",
        "\\p{L",
        "\\pL",
        "[a-m&&&&x]",
        "[&&x]",
        "[x&&]",
        "a**b("
      })
  void refusesWhatItCannotRun(String regex) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OnigurumaSyntax.compile(regex))
        .withMessageContaining(regex.substring(0, 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "(?:", "[^"})
  void refusesWhatIsNestedTooDeeply(String open) {
    String close = open.startsWith("(") ? ")" : "]";
    String regex = open.repeat(100_000) + "a" + close.repeat(100_000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OnigurumaSyntax.compile(regex))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600));
  }
}
