package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.maque.tokenizer.IdBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreTokenPatternTest {
  private static final int[] ALPHABET = {
    ' ', '\n', '\t', '\'', 's', 'l', 'A', '中', '〇', '1', '!', '/', 0x301, 0x1F600, 0x20000
  };

  /** Texts as sequences of code points, which unlike whole texts can hold half a character. */
  private static final int[] HALVES = {' ', '\n', 'a', '中', '1', '!', 0xD840, 0xDC00, 0xDC85};

  /** {@code pat_str} of tiktoken 0.14. */
  private static final String POSSESSIVE_GPT2 =
      "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++"
          + "|\\s++$|\\s+(?!\\S)|\\s";

  private static final String POSSESSIVE_CL100K =
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+"
          + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s";

  private static final List<String> LONG_RUNS =
      List.of(
          " ",
          "a",
          "A",
          "'",
          "中",
          "1",
          "!",
          "\n",
          " \n",
          "\u0301",
          "a\u0301",
          "A中",
          "中A",
          "'A",
          " '",
          "\uD83D\uDE00",
          "\uDC80",
          "\uD840\uDC00",
          "/",
          "!\n/",
          "\u3000",
          "'r",
          "\u0301A");

  @Test
  void splitsTheExampleSentences() {
    assertThat(PreTokens.texts(PreTokenPattern.GPT2, "I don't  have 1234 birds!\n\n麻雀。"))
        .containsExactly(
            "I", " don", "'t", " ", " have", " 1234", " birds", "!", "\n", "\n", "麻雀", "。");
    assertThat(PreTokens.texts(PreTokenPattern.CL100K, "I DON'T  have 1234 birds!\n\n麻雀。"))
        .containsExactly(
            "I", " DON", "'T", " ", " have", " ", "123", "4", " birds", "!\n\n", "麻雀", "。");
    assertThat(PreTokens.texts(PreTokenPattern.O200K, "I don't useHTTPServer a/\nb"))
        .containsExactly("I", " don't", " use", "HTTPServer", " a", "/\n", "b");
    assertThat(PreTokens.texts(PreTokenPattern.QWEN2, "共1234只，Bird"))
        .containsExactly("共", "1", "2", "3", "4", "只", "，Bird");
    assertThat(PreTokens.texts(PreTokenPattern.DIGITS, "on  12 may"))
        .containsExactly("on", "  ", "1", "2", " may");
  }

  @Test
  void chineseStandsAlone() {
    assertThat(
            PreTokens.texts(
                PreTokenPattern.CHINESE,
                "他用iPhone 15拍了“Hello world”，二〇二四年！\n\u3000\u3000人々⺀ 的 (foo) ひと人"))
        .containsExactly(
            "他用",
            "iPhone",
            " ",
            "1",
            "5",
            "拍了",
            "“",
            "Hello",
            " world",
            "”，",
            "二〇二四年",
            "！\n",
            "\u3000\u3000",
            "人々⺀",
            " ",
            "的",
            " (",
            "foo",
            ")",
            " ひと",
            "人");
  }

  @Test
  void chineseNeverGluesHanToAnythingElse() {
    for (String text : new TextGenerator(70).texts(20_000, 12)) {
      for (String token : PreTokens.texts(PreTokenPattern.CHINESE, text)) {
        long han =
            token
                .codePoints()
                .filter(c -> (UnicodeClasses.of(c) & UnicodeClasses.HAN) != 0)
                .count();
        assertThat(han).as(token).isIn(0L, (long) token.codePointCount(0, token.length()));
      }
    }
  }

  @Test
  void tiktokenKeepsTheFinalWhiteSpaceTogether() {
    assertThat(PreTokens.texts(PreTokenPattern.CL100K_TIKTOKEN, "a\n  b\n  "))
        .containsExactly("a", "\n", " ", " b", "\n  ");
    assertThat(PreTokens.texts(PreTokenPattern.CL100K, "a\n  b\n  "))
        .containsExactly("a", "\n", " ", " b", "\n", "  ");
  }

  @ParameterizedTest
  @EnumSource
  void treatsLoneSurrogatesAsReplacementCharacters(PreTokenPattern pattern) {
    for (String text : TextGenerator.allTexts(HALVES, 4)) {
      char[] replaced = text.toCharArray();
      Surrogates.replaceUnpaired(replaced, 0, replaced.length);
      int[] ours = PreTokens.spans(pattern, text);
      if (!Arrays.equals(ours, PreTokens.spans(pattern, new String(replaced)))) {
        assertThat(PreTokens.texts(ours, text))
            .isEqualTo(PreTokens.texts(pattern, new String(replaced)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void splitsAlikeInPartsWhereItSaysSo(PreTokenPattern pattern) {
    int cuts = 0;
    for (String text : TextGenerator.allTexts(ALPHABET, 4)) {
      cuts += checkCuts(pattern, text);
    }
    for (String text : TextGenerator.allTexts(HALVES, 5)) {
      cuts += checkCuts(pattern, text);
    }
    for (String text : new TextGenerator(80).texts(5_000, 12)) {
      cuts += checkCuts(pattern, text);
    }
    assertThat(cuts).isGreaterThan(50_000);
  }

  private static int checkCuts(PreTokenizer preTokenizer, String text) {
    int cuts = 0;
    int[] whole = null;
    for (int cut = 1; cut < text.length(); cut++) {
      if (preTokenizer.alwaysSplitsBetween(text.charAt(cut - 1), text.charAt(cut))) {
        whole = whole == null ? PreTokens.spans(preTokenizer, text) : whole;
        int[] left = PreTokens.spans(preTokenizer, text.substring(0, cut));
        int[] right = PreTokens.spans(preTokenizer, text.substring(cut));
        int[] both = Arrays.copyOf(left, left.length + right.length);
        for (int i = 0; i < right.length; i++) {
          both[left.length + i] = right[i] + cut;
        }
        if (!Arrays.equals(both, whole)) {
          assertThat(PreTokens.texts(both, text)).as(text).isEqualTo(PreTokens.texts(whole, text));
        }
        cuts++;
      }
    }
    return cuts;
  }

  @ParameterizedTest
  @EnumSource
  void canCutBehindALineAndBetweenChineseAndAComma(PreTokenPattern pattern) {
    boolean newlinesAlike = pattern != PreTokenPattern.GPT2 && pattern != PreTokenPattern.DIGITS;
    assertThat(pattern.alwaysSplitsBetween('\n', 'T')).isEqualTo(newlinesAlike);
    assertThat(pattern.alwaysSplitsBetween('\n', '中')).isEqualTo(newlinesAlike);
    assertThat(pattern.alwaysSplitsBetween('中', '，')).isTrue();
    assertThat(pattern.alwaysSplitsBetween('e', ' ')).isTrue();
    assertThat(pattern.alwaysSplitsBetween('a', 'b')).isFalse();
    assertThat(pattern.alwaysSplitsBetween('\uD840', '\uDC00')).isFalse();
  }

  /** Quadratic time would take minutes for each of these, linear time takes milliseconds. */
  @ParameterizedTest
  @EnumSource
  void takesLinearTimeOnLongRuns(PreTokenPattern pattern) {
    for (String unit : LONG_RUNS) {
      char[] text = ("x\n" + unit.repeat(2_000_000 / unit.length()) + "y").toCharArray();
      IdBuffer ends = new IdBuffer();
      assertTimeoutPreemptively(
          Duration.ofSeconds(20), () -> pattern.split(text, 0, text.length, ends), unit);
      assertThat(ends.get(ends.size() - 1)).isEqualTo(text.length);
    }
  }

  @Test
  void recognisesTheSpellingsInTheWild() {
    for (PreTokenPattern pattern : PreTokenPattern.values()) {
      assertThat(PreTokenPattern.ofRegex(pattern.regex())).contains(pattern);
    }
    // Llama 3, and the possessive form that tiktoken had in between.
    String llama3 =
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    assertThat(PreTokenPattern.ofRegex(llama3)).contains(PreTokenPattern.CL100K);
    assertThat(PreTokenPattern.ofRegex(llama3.replace("{1,3}", "")))
        .contains(PreTokenPattern.QWEN2);
    assertThat(
            PreTokenPattern.ofRegex(
                "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}"
                    + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"))
        .contains(PreTokenPattern.CL100K);
    // OpenAI's GPT-2, and tiktoken's possessive form of it.
    assertThat(
            PreTokenPattern.ofRegex(
                "'s|'t|'re|'ve|'m|'ll|'d| ?[\\p{L}]+| ?[\\p{N}]+| ?[^\\s\\p{L}\\p{N}]+"
                    + "|\\s+(?!\\S)|\\s+"))
        .contains(PreTokenPattern.GPT2);
    assertThat(PreTokenPattern.ofRegex(POSSESSIVE_GPT2)).contains(PreTokenPattern.GPT2);
  }

  @Test
  void spellingsMeanTheSameToOniguruma() {
    for (String regex : List.of(POSSESSIVE_GPT2, POSSESSIVE_CL100K.replace("}+|", "}|"))) {
      PreTokenPattern pattern = PreTokenPattern.ofRegex(regex).orElseThrow();
      List<String> texts = new TextGenerator(71).texts(3_000, 12);
      texts.addAll(TextGenerator.allTexts(ALPHABET, 3));
      try (HuggingFaceJudge judge = HuggingFaceJudge.splittingBy(regex, "Isolated", false)) {
        List<int[]> theirs = judge.spans(texts);
        for (int i = 0; i < texts.size(); i++) {
          assertThat(PreTokens.spans(pattern, texts.get(i))).isEqualTo(theirs.get(i));
        }
      }
    }
  }

  @Test
  void knowsThatTiktokenAndOnigurumaReadPossessiveIntervalsDifferently() {
    assertThat(PreTokenPattern.ofTiktoken(POSSESSIVE_CL100K))
        .contains(PreTokenPattern.CL100K_TIKTOKEN);
    assertThat(PreTokenPattern.ofRegex(POSSESSIVE_CL100K)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"'[sS]", "(?i:'s|'t)", "\\p{N}{1,2}"})
  void doesNotTakeOtherExpressionsForOneOfThese(String regex) {
    assertThat(PreTokenPattern.ofRegex(regex)).isEmpty();
  }
}
