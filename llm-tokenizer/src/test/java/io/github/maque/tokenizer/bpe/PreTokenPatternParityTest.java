package io.github.maque.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The scanners against Hugging Face's Oniguruma and against java.util.regex. */
class PreTokenPatternParityTest {
  /** One character for each way the patterns can treat one. */
  private static final int[] ALPHABET = {
    ' ', '\n', '\r', '\t', '\'', 's', 'S', 'ſ', 'l', 'é', 'A', '中', '1', '²', '!', '/', 0x301,
    0x1F600
  };

  /** Fewer, for longer texts: what contractions, white space and the case of letters hinge on. */
  private static final int[] WORDS = {' ', '\'', 'r', 'e', 'A', '中', 0x301};

  private static final int[] SPACES = {' ', '\n', '\u3000', '/', 'a', '中', '1'};

  /** Han that is no letter, letters that are not Han, and what is wide. */
  private static final int[] HAN = {'〇', '⺀', '々', 0x20000, 0x16FF0, 'あ', '／', '１', ' ', 0x301};

  @ParameterizedTest
  @EnumSource
  void splitsGeneratedTextsAsHuggingFaceDoes(PreTokenPattern pattern) {
    compare(pattern, new TextGenerator(20 + pattern.ordinal()).texts(30_000, 12));
  }

  @ParameterizedTest
  @EnumSource
  void splitsLongTextsAsHuggingFaceDoes(PreTokenPattern pattern) {
    compare(pattern, new TextGenerator(40 + pattern.ordinal()).texts(20, 4_000));
  }

  @ParameterizedTest
  @EnumSource
  void splitsEveryShortTextAsHuggingFaceDoes(PreTokenPattern pattern) {
    compare(pattern, TextGenerator.allTexts(ALPHABET, 4));
  }

  @ParameterizedTest
  @EnumSource
  void splitsEveryShortTextOfWordsAndSpacesAsHuggingFaceDoes(PreTokenPattern pattern) {
    compare(pattern, TextGenerator.allTexts(WORDS, 5));
    compare(pattern, TextGenerator.allTexts(SPACES, 5));
    compare(pattern, TextGenerator.allTexts(HAN, 4));
  }

  /** Every code point whose class differs from that of the one before, and the one before. */
  @ParameterizedTest
  @EnumSource
  void splitsTheEdgesOfEveryClassAsHuggingFaceDoes(PreTokenPattern pattern) {
    List<String> texts = new ArrayList<>();
    int previous = 0;
    for (int c : HuggingFaceJudge.allCodePoints()) {
      if (UnicodeClasses.of(c) != UnicodeClasses.of(previous)) {
        texts.add(context(previous));
        texts.add(context(c));
      }
      previous = c;
    }
    assertThat(texts.size()).isGreaterThan(4_000);
    compare(pattern, texts);
  }

  private static String context(int codePoint) {
    String c = Character.toString(codePoint);
    return "!" + c + "a'" + c + "e 1" + c + " " + c + c + "中" + c + "A" + c;
  }

  private static void compare(PreTokenPattern pattern, List<String> texts) {
    try (HuggingFaceJudge judge =
        HuggingFaceJudge.splittingBy(pattern.regex(), "Isolated", false)) {
      compare(pattern, judge, texts);
    }
  }

  private static void compare(PreTokenizer ours, HuggingFaceJudge judge, List<String> texts) {
    List<int[]> theirs = judge.spans(texts);
    for (int i = 0; i < theirs.size(); i++) {
      String text = texts.get(i);
      int[] expected = theirs.get(i);
      if (!Arrays.equals(PreTokens.spans(ours, text), expected)) {
        assertThat(PreTokens.texts(ours, text)).isEqualTo(PreTokens.texts(expected, text));
        fail("spans differ, texts do not");
      }
    }
  }

  @Test
  void digitsAreHuggingFacesSequence() {
    String sequence =
        "{\"type\":\"Sequence\",\"pretokenizers\":["
            + "{\"type\":\"Digits\",\"individual_digits\":true},"
            + "{\"type\":\"Split\",\"pattern\":{\"Regex\":\""
            + PreTokenPattern.GPT2.regex().replace("\\", "\\\\")
            + "\"},\"behavior\":\"Isolated\",\"invert\":false}]}";
    try (HuggingFaceJudge judge = HuggingFaceJudge.splitting(sequence)) {
      compare(PreTokenPattern.DIGITS, judge, new TextGenerator(60).texts(20_000, 12));
      compare(PreTokenPattern.DIGITS, judge, TextGenerator.allTexts(ALPHABET, 3));
    }
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithJavaRegex(PreTokenPattern pattern) {
    RegexSplit regex = new RegexSplit(pattern.regex(), SplitBehavior.ISOLATED, false);
    for (String text : TextGenerator.allTexts(ALPHABET, 4)) {
      if (!Arrays.equals(PreTokens.spans(pattern, text), PreTokens.spans(regex, text))) {
        assertThat(PreTokens.texts(pattern, text)).isEqualTo(PreTokens.texts(regex, text));
      }
    }
  }
}
