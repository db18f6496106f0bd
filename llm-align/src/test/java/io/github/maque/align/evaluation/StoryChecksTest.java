package io.github.maque.align.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.maque.data.dialogue.StoryConstraint;
import io.github.maque.data.dialogue.StoryField;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoryChecksTest {
  private static Map<Figure, Double> check(StoryField field, String story, String... values) {
    return StoryChecks.check(List.of(new StoryConstraint(field, List.of(values))), story);
  }

  @Test
  void wordsAreCounted() {
    String story = "小麻雀在秋千上跳，很高兴。";
    assertThat(check(StoryField.WORDS, story, "秋千", "跳", "高兴"))
        .containsOnly(Map.entry(Figure.WORDS, 1.0), Map.entry(Figure.ALL_WORDS, 1.0));
    assertThat(check(StoryField.WORDS, story, "秋千", "跳", "伤心", "雨"))
        .containsOnly(Map.entry(Figure.WORDS, 0.5), Map.entry(Figure.ALL_WORDS, 0.0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "高兴    | 妈妈说：“我很高兴。”      | 1", // inside a quote
        "“高兴”  | 她很高兴，跳了起来。        | 1", // the word in quotation marks
        "高兴。  | 她很高兴，跳了起来。        | 1",
        "高兴    | 她很高　兴。               | 0", // an ideographic space between
        "cat     | 小明有一只Cat，很可爱。     | 1", // no spaces around it
        "cat     | 小明有一只ＣＡＴ。          | 1", // full-width letters
        "ｃａｔ  | He had a cat.              | 1",
        "cat     | They wrote a category.     | 0",
        "cat     | A tomcat, and then a cat.  | 1",
        "3       | 他有13个苹果。             | 0",
        "3       | 他有3个苹果。              | 1",
        "ice cream | She got an ice cream.    | 1",
        "……      | 他想了想……                | 1", // nothing but punctuation
        "🐦      | 一只🐦飞来了。             | 1",
        "高兴    | ''                         | 0",
      })
  void wordIsFoundWhereAReaderWouldFindIt(String word, String story, double found) {
    assertThat(check(StoryField.WORDS, story, word)).containsEntry(Figure.WORDS, found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "小鸟飞走了。       | 然后，小鸟飞走了！大家都笑了。   | 1",
        "小鸟，飞走了。     | 小鸟飞走了。                     | 1",
        "小鸟飞走了         | 小鸟,飞走了.                     | 1",
        "她说：“你好！”   | 她说:「你好」,就走了。             | 1",
        "小鸟飞走了。       | 小鸟慢慢飞走了。                 | 0",
        "小鸟飞走了。       | 小鸟飞走。                       | 0",
        "It was a big cat.  | He said: It was   a BIG cat!     | 1",
        "！！！             | 哇！！！                         | 1",
        "！！！             | 哇！                             | 0",
      })
  void sentenceIsFoundWithOtherPunctuation(String sentence, String story, double found) {
    assertThat(check(StoryField.SENTENCE, story, sentence))
        .containsOnly(Map.entry(Figure.SENTENCE, found));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "妈妈说：“过来。”        | 1",
        "妈妈说：「过来。」        | 1",
        "妈妈说：『过来』          | 1",
        "She said, \"Come here.\"  | 1",
        "妈妈说过来。              | 0",
        "妈妈说：“过来。          | 0",
        "妈妈说：“……”            | 0",
        "”妈妈说“                | 0",
      })
  void dialogueIsQuotedSpeech(String story, double found) {
    assertThat(check(StoryField.FEATURES, story, "转折", "对话"))
        .containsOnly(Map.entry(Figure.DIALOGUE, found));
  }

  @Test
  void speechDoesNotGoOnOverParagraphs() {
    assertThat(check(StoryField.FEATURES, "他说：“过来\n他走了”", "对话"))
        .containsEntry(Figure.DIALOGUE, 0.0);
  }

  @Test
  void featuresThatNoProgramCanCheckHaveNoFigure() {
    assertThat(check(StoryField.FEATURES, "他说：“过来。”", "转折", "寓意")).isEmpty();
    assertThat(List.of("对话", "Dialogue", " dialog ")).allMatch(StoryChecks::isCheckable);
    assertThat(List.of("转折", "寓意", "悲伤的结局", "")).noneMatch(StoryChecks::isCheckable);
  }

  @Test
  void summaryIsComparedByBigrams() {
    // 小鸟 鸟飞 飞了 against 小鸟 鸟飞 飞走 走了 了小 小鸟: two shared
    Map<Figure, Double> figures = check(StoryField.SUMMARY, "小鸟，飞走了。小鸟", "小鸟飞了。");
    assertThat(figures.get(Figure.SUMMARY_RECALL)).isCloseTo(2.0 / 3, within(1e-12));
    // precision 2/6, recall 2/3
    assertThat(figures.get(Figure.SUMMARY_F1)).isCloseTo(4.0 / 9, within(1e-12));
  }

  @Test
  void bigramsCountAsOftenAsBothTextsHaveThem() {
    // 哈哈 three times in the summary, twice in the story
    Map<Figure, Double> figures = check(StoryField.SUMMARY, "哈哈哈", "哈哈哈哈");
    assertThat(figures.get(Figure.SUMMARY_RECALL)).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(figures.get(Figure.SUMMARY_F1)).isCloseTo(0.8, within(1e-12));
  }

  @Test
  void summaryWithoutABigramHasNoFigure() {
    assertThat(check(StoryField.SUMMARY, "小鸟飞了。", "鸟！")).isEmpty();
    assertThat(check(StoryField.SUMMARY, "", "小鸟飞了"))
        .containsEntry(Figure.SUMMARY_RECALL, 0.0)
        .containsEntry(Figure.SUMMARY_F1, 0.0);
  }

  @Test
  void nothingAskedForIsNothingToCheck() {
    assertThat(StoryChecks.check(List.of(), "从前")).isEmpty();
  }
}
