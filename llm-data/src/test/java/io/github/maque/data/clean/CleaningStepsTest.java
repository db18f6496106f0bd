package io.github.maque.data.clean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the steps do with texts written by hand. */
class CleaningStepsTest {

  static Stream<CleaningStep> changingSteps() {
    return Stream.of(
        CleaningSteps.normalizeUnicode(),
        CleaningSteps.normalizeWidth(),
        CleaningSteps.removeControlCharacters(),
        CleaningSteps.collapseWhitespace());
  }

  @ParameterizedTest
  @MethodSource("changingSteps")
  void givesTheSameObjectBackIfThereIsNothingToChange(CleaningStep step) {
    for (String clean :
        List.of("", "好", "从前，有一只小麻雀。\n它说：“你好！” Hello, café 😀 か゛ 👩\u200D👧。\n\n（完）")) {
      assertThat(step.apply(clean).text()).isSameAs(clean);
    }
  }

  @Test
  void composesCharacters() {
    CleaningStep step = CleaningSteps.normalizeUnicode();
    assertThat(step.apply("cafe\u0301").text()).isEqualTo("café");
    assertThat(step.apply("か\u3099").text()).isEqualTo("が");
    assertThat(step.apply("\u1112\u1161\u11ab").text()).isEqualTo("한");
    assertThat(step.apply("\uF900\u212B").text()).isEqualTo("豈\u00C5");
    assertThat(step.apply("Ａﬁ①").text()).isEqualTo("Ａﬁ①");
    assertThat(step.apply("好\uD83D").text()).isEqualTo("好\uFFFD");
  }

  @Test
  void narrowsLettersAndDigitsAndLeavesChineseMarksAlone() {
    CleaningStep step = CleaningSteps.normalizeWidth();
    assertThat(step.apply("Ａｚ０９Ｚａ").text()).isEqualTo("Az09Za");
    assertThat(step.apply("\u3000\u3000从前，").text()).isEqualTo("  从前，");
    assertThat(step.apply("，。！？：；（）～％＠［｀｛／").text()).isEqualTo("，。！？：；（）～％＠［｀｛／");
    assertThat(step.apply("ｶﾞｱ").text()).isEqualTo("ｶﾞｱ");
    assertThat(step.apply("😀Ａ").text()).isEqualTo("😀A");
  }

  @Test
  void makesLineFeedsOfLineEnds() {
    CleaningStep step = CleaningSteps.removeControlCharacters();
    assertThat(step.apply("a\r\nb\rc\u0085d\u2028e\u2029f\u000Bg\fh\r\r\n").text())
        .isEqualTo("a\nb\nc\nd\ne\nf\ng\nh\n\n");
    assertThat(step.apply("a\n\tb").text()).isEqualTo("a\n\tb");
  }

  @Test
  void removesWhatCannotBeSeen() {
    CleaningStep step = CleaningSteps.removeControlCharacters();
    String invisible =
        "\u0000\u0007\u001B\u007F\u009F\u00AD\u061C\u200B\u200E\u202E\u2060\u2069\uFEFF\uFFF9\uFFFC"
            + "\uFFFE\uFDD0\uE000\uF8FF\uFE00\uD83D";
    for (int c : invisible.codePoints().toArray()) {
      assertThat(step.apply("好" + Character.toString(c) + "人").text()).isEqualTo("好人");
    }
    String hidden = Character.toString(0xE0041) + Character.toString(0xF0000);
    assertThat(step.apply("好" + hidden + "人\uDE00").text()).isEqualTo("好人");
    assertThat(step.apply("damaged \uFFFD stays").text()).isEqualTo("damaged \uFFFD stays");
    assertThat(step.apply("葛" + Character.toString(0xE0100)).text()).isEqualTo("葛");
    assertThat(step.apply("\uFEFF").text()).isEmpty();
  }

  @Test
  void keepsJoinersAndSelectorsThatMakeEmojiOrSpellWords() {
    CleaningStep step = CleaningSteps.removeControlCharacters();
    for (String whole :
        List.of(
            "👨\u200D👩\u200D👧",
            "👩🏽\u200D🚀",
            "🏳\uFE0F\u200D🌈",
            "🏃\u200D♀\uFE0F",
            "❤\uFE0F",
            "1\uFE0F\u20E3#\uFE0F\u20E3",
            "☺\uFE0E",
            "می\u200Cخواهم",
            "क्\u200Dष")) {
      assertThat(step.apply(whole).text()).isEqualTo(whole);
    }
    assertThat(step.apply("\u200D👧\u200D").text()).isEqualTo("👧");
    assertThat(step.apply("好\u200D人\u200C").text()).isEqualTo("好人");
    assertThat(step.apply("❤\uFE0F\uFE0F").text()).isEqualTo("❤\uFE0F");
    assertThat(step.apply("1\uFE0F好\uFE0F").text()).isEqualTo("1好");
    assertThat(step.apply("👩\u200D\uFFFC").text()).isEqualTo("👩");
  }

  @Test
  void shortensWhiteSpace() {
    CleaningStep step = CleaningSteps.collapseWhitespace();
    assertThat(step.apply(" \n\u3000从前 \t 有\u00A0人。 \n  走了。\r\n \r\n\n\u2003完\u2028").text())
        .isEqualTo("从前 有 人。\n走了。\n\n完");
    assertThat(step.apply("a\r\nb\r\rc\n\nd\n\n\ne").text()).isEqualTo("a\nb\n\nc\n\nd\n\ne");
    assertThat(step.apply(" \t\n ").text()).isEmpty();
    assertThat(step.apply("a\r").text()).isEqualTo("a");
    assertThat(step.apply("a\tb").text()).isEqualTo("a b");
    assertThat(step.apply("a\u200Bb").text()).isEqualTo("a\u200Bb");
  }

  @ParameterizedTest
  @CsvSource({"好, too short", "好人, ", "好😀, ", "好好人人, ", "好😀人😀, ", "好好人人好, too long"})
  void boundsTheLengthInCharacters(String text, String reason) {
    Verdict verdict = CleaningSteps.length(2, 4).apply(text);
    assertThat(verdict.isKept() ? null : verdict.reason()).isEqualTo(reason);
  }

  @Test
  void countsCharactersInLinesThatOccurredBefore() {
    assertThat(Repetition.ofLines("一二三")).isZero();
    assertThat(Repetition.ofLines("一二三\n一二三")).isEqualTo(0.5);
    assertThat(Repetition.ofLines("一二三\n\n一二三\n四五\n一二三\n")).isEqualTo(6 / 11.0);
    assertThat(Repetition.ofLines("一二三\n一二三 ")).isZero();
    assertThat(Repetition.ofLines("😀\n一\n😀")).isEqualTo(1 / 3.0);
    assertThat(Repetition.ofLines("\n\n\n")).isZero();

    CleaningStep step = CleaningSteps.repeatedLines(0.5);
    assertThat(step.apply("一二三\n一二三").isKept()).isTrue();
    assertThat(step.apply("一二三\n一二三\n一二三").reason()).isEqualTo("lines repeated");
  }

  @Test
  void countsCharactersInRunsThatOccurredBefore() {
    assertThat(Repetition.ofNgrams("", 3)).isZero();
    assertThat(Repetition.ofNgrams("一二三四五六", 3)).isZero();
    assertThat(Repetition.ofNgrams("一二三一二三", 3)).isEqualTo(0.5);
    assertThat(Repetition.ofNgrams("一二三一二三", 4)).isZero();
    assertThat(Repetition.ofNgrams("一二三四一二三四", 3)).isEqualTo(0.5);
    assertThat(Repetition.ofNgrams("一一一一", 3)).isEqualTo(0.75); // runs may overlap
    assertThat(Repetition.ofNgrams("😀好😀好", 2)).isEqualTo(0.5);

    CleaningStep step = CleaningSteps.repeatedNgrams(3, 0.5);
    assertThat(step.apply("一二三一二三").isKept()).isTrue();
    assertThat(step.apply("一二三一二三三一二三").reason()).isEqualTo("text repeated");
  }

  @Test
  void looksAtTheBeginningOfHugeTexts() {
    int[] different = IntStream.range(0x10000, 0x10000 + (1 << 20)).toArray();
    String text = new String(different, 0, different.length);
    assertThat(Repetition.ofNgrams(text + text, 3)).isZero();
    String shorter = text.substring(0, text.length() - 20); // ten characters, of two chars each
    assertThat(Repetition.ofNgrams(shorter + text, 3)).isEqualTo(10 / (double) (1 << 20));
  }

  @Test
  void countsHanAmongLettersAndDigits() {
    assertThat(HanScript.share("好，。！ 😀\n")).isEqualTo(1);
    assertThat(HanScript.share("好a1…")).isEqualTo(1 / 3.0);
    assertThat(HanScript.share("𠀀〇々ひカ한")).isEqualTo(0.5);
    assertThat(HanScript.share("，。！")).isZero();
    assertThat(HanScript.share("")).isZero();
    assertThat(CleaningSteps.hanShare(0.5).apply("好a").isKept()).isTrue();
    assertThat(CleaningSteps.hanShare(0.5).apply("好ab").reason())
        .isEqualTo("too few Han characters");
  }

  @Test
  void makesStepsOfFunctions() {
    CleaningStep filter =
        CleaningSteps.filter("noAdvertising(v1)", "advertising", text -> !text.contains("关注公众号"));
    assertThat(filter.name()).isEqualTo("noAdvertising(v1)");
    assertThat(filter.apply("从前").text()).isEqualTo("从前");
    assertThat(filter.apply("请关注公众号").reason()).isEqualTo("advertising");

    CleaningStep map = CleaningSteps.map("names", text -> text.replace("莉莉", "丽丽"));
    assertThat(map.name()).isEqualTo("names");
    assertThat(map.apply("莉莉笑了").text()).isEqualTo("丽丽笑了");
  }

  @Test
  void namesStepsWithTheirParameters() {
    assertThat(
            Stream.of(
                    CleaningSteps.normalizeUnicode(),
                    CleaningSteps.normalizeWidth(),
                    CleaningSteps.removeControlCharacters(),
                    CleaningSteps.collapseWhitespace(),
                    CleaningSteps.length(20, 20_000),
                    CleaningSteps.repeatedLines(0.2),
                    CleaningSteps.repeatedNgrams(10, 0.3),
                    CleaningSteps.hanShare(0.5))
                .map(CleaningStep::name))
        .containsExactly(
            "normalizeUnicode(nfc)",
            "normalizeWidth(letters, digits, space)",
            "removeControlCharacters",
            "collapseWhitespace",
            "length(20..20000)",
            "repeatedLines(0.2)",
            "repeatedNgrams(10, 0.3)",
            "hanShare(0.5)");
  }

  @Test
  void rejectsBadParameters() {
    assertThatIllegalArgumentException().isThrownBy(() -> CleaningSteps.length(-1, 3));
    assertThatIllegalArgumentException().isThrownBy(() -> CleaningSteps.length(4, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CleaningSteps.repeatedLines(Double.NaN))
        .withMessageContainingAll("maxShare", "NaN");
    assertThatIllegalArgumentException().isThrownBy(() -> CleaningSteps.repeatedNgrams(1, 0.5));
    assertThatIllegalArgumentException().isThrownBy(() -> CleaningSteps.repeatedNgrams(1001, 0.5));
    assertThatIllegalArgumentException().isThrownBy(() -> CleaningSteps.repeatedNgrams(5, 1.1));
    assertThatIllegalArgumentException().isThrownBy(() -> CleaningSteps.hanShare(-0.1));
    assertThatIllegalArgumentException().isThrownBy(() -> CleaningSteps.map(" ", text -> text));
  }
}
