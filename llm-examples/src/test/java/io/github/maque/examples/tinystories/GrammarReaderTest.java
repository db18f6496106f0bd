package io.github.maque.examples.tinystories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrammarReaderTest {
  private static final String GRAMMAR =
      """
      # A remark.
      table animal name he
      小猫 它
      小狗 它

      table ball word m
      皮球 个

      phrase glad
      很[高兴|快乐]

      words
      草地 追

      plot 追球
      features 冲突
      summary {hero}追{ball}。
      hero = animal
      friend! = animal
      ball! = ball

      {hero}和{friend}有一{ball.m}{ball}。

      @寓意 {hero.he}们一起追，{glad}。

      ~
      """;

  @Test
  void tellsWhatItRead() {
    StoryGrammar grammar = read(GRAMMAR);
    for (int seed = 0; seed < 20; seed++) {
      Story story = Telling.tell(grammar, new Random(seed));
      assertThat(story.text()).matches("(小猫和小狗|小狗和小猫)有一个皮球。它们一起追，很(高兴|快乐)。");
      assertThat(story.subjects()).containsExactly(story.text().substring(3, 5), "皮球");
      assertThat(story.words()).containsExactly("追");
      assertThat(story.features()).containsExactly("冲突", "寓意");
      assertThat(story.summary()).isEqualTo(story.text().substring(0, 2) + "追皮球。");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "小狗 它; 小狗; g.txt:4: a row of [animal, name, he] must have as many cells, got 1",
        "{ball.m}{ball}; {ball.m; g.txt:22: no } behind \"{ball.m。\"",
        "[高兴|快乐]; [高兴|快乐; g.txt:10: no ] behind \"[高兴|快乐\"",
        "[高兴|快乐]; 高兴|快乐; g.txt:10: unexpected | in \"很高兴|\"",
        "hero = animal; hero animal; g.txt:18: expected NAME = TABLE, got \"hero animal\"",
        "{glad}; {sad}; plot 追球 has no part or phrase {sad}",
        "{ball.m}; {ball.x}; plot 追球 has no column x in table ball",
        "= ball; = bell; plot 追球 has no table bell",
      })
  void saysWhatIsWrong(String right, String wrong, String message) {
    assertThat(GRAMMAR).contains(right);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(GRAMMAR.replace(right, wrong)))
        .withMessage(message);
  }

  @Test
  void splitsAStoryIntoSentences() {
    String text = "一天，小猫来了。“你好！”小狗说，“我们玩吧。”小猫说：“好！走吧。”它们笑了！";
    Story story = new Story("", text, List.of(), List.of(), List.of(), "");
    assertThat(story.sentences())
        .containsExactly("一天，小猫来了。", "“你好！”小狗说，“我们玩吧。”", "小猫说：“好！走吧。”", "它们笑了！");
  }

  private static StoryGrammar read(String text) {
    return GrammarReader.read(Map.of("g.txt", text.lines().toList()));
  }
}
